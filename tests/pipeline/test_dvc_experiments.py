"""What DVC's users meet: a git checkout in which the pipeline has run and is committed, and DVC's own commands in it."""

import csv
import io
import json
import re
import shutil

import pytest
from test_dvc import ROOT, run

from numlp.tracking import connect

pytestmark = pytest.mark.slow
GIT = ("git", "-c", "user.name=n", "-c", "user.email=e")
TABLE = ("dvc", "exp", "show", "--no-pager", "--only-changed", "--drop", "build|resolved|conf|params|src|Created|State|Executor")


def done(folder, *command, **variables):
    """What a command printed that ended well."""
    ended = run(folder, *command, **variables)
    assert ended.returncode == 0, f"{command}: {ended.stdout[-2000:]}{ended.stderr[-2000:]}"
    return ended.stdout


def commit(folder):
    done(folder, *GIT, "add", ".")
    done(folder, *GIT, "commit", "--quiet", "-m", "change")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The checkout after `numlp run`, with the reproduction's files beside the pipeline; it was made before there was git."""
    folder = tmp_path_factory.mktemp("checkout")
    junk = shutil.ignore_patterns("tmp", "cache", "config.local", "local.yaml", "dvc.lock")
    for name in ("conf", ".dvc", "reproduction"):
        shutil.copytree(ROOT / name, folder / name, ignore=junk)
    for name in (".gitignore", ".dvcignore", "dvc.yaml"):
        shutil.copy(ROOT / name, folder)
    params = (ROOT / "params.yaml").read_text().replace("data: cifar10 ", "data: synthetic ").replace("model: mlp3 ", "model: mlp2 ")
    (folder / "params.yaml").write_text(params.replace("epochs: null", "epochs: 0.02"))
    (folder / "src").symlink_to(ROOT / "src")
    (folder / ".dvc/config.local").write_text("[core]\n    no_scm = true\n")  # as numlp init leaves it
    done(folder, "git", "init", "--quiet")
    commit(folder)
    done(folder, "numlp", "run")
    assert done(folder, "git", "status", "--porcelain") == "?? dvc.lock\n"
    assert "up to date" in done(folder, "dvc", "status")
    commit(folder)
    return folder


@pytest.fixture
def checkout(made):
    """The same, without what a test before has changed."""
    done(made, "git", "checkout", "--quiet", ".")
    done(made, "dvc", "checkout", "--force")
    done(made, "dvc", "exp", "remove", "--all-commits")
    return made


def edit(folder, **values):
    params = folder / "params.yaml"
    for key, value in values.items():
        params.write_text(re.sub(rf"^( *){key}: *\S+", rf"\g<1>{key}: {value}", params.read_text(), count=1, flags=re.MULTILINE))


def table(folder, *command):
    """The rows of the table that README's command prints, as CSV."""
    return list(csv.DictReader(io.StringIO(done(folder, *command, "--csv"))))


def test_the_root_s_view_has_the_pipeline_alone(checkout):
    assert "up to date" in done(checkout, "dvc", "status")
    assert set(done(checkout, "dvc", "stage", "list", "--all", "--name-only").split()) == {
        "resolve", "download", "normalise", "train", "evaluate", "plot"
    }  # fmt: skip
    assert done(checkout, "dvc", "params", "diff") == ""
    assert "plan" in done(checkout / "reproduction", "dvc", "stage", "list", "--name-only")


def test_a_model_that_dvc_restores_is_described_by_its_own_settings_time_and_health(checkout):
    """The last training was another one: each description comes from the restored model, or is not given."""
    shutil.copytree(checkout / "build/train", checkout / "outputs/first", dirs_exist_ok=True)
    edit(checkout, norm="none", lam="0.5", health="true")
    done(checkout, "dvc", "repro")
    assert json.loads((checkout / "build/train/config.json").read_text())["lam"] == 0.5
    shutil.copytree(checkout / "build/train", checkout / "outputs/second", dirs_exist_ok=True)
    done(checkout, "git", "checkout", "--quiet", ".")
    assert "Running stage 'train'" not in done(checkout, "dvc", "repro")
    assert json.loads((checkout / "build/train/config.json").read_text())["lam"] == 0.5  # a leftover
    compared = done(checkout, "numlp", "compare", "build/train", "outputs/second")
    assert "A (norm before, lam 0.005)" in " ".join(compared.split())
    same = done(checkout, "numlp", "compare", "build/train", "outputs/first")
    assert "norm.placement" not in same
    shown = done(checkout, "numlp", "show")
    assert "Training took" not in shown
    assert ", batch norm," in " ".join(shown.split())
    assert run(checkout, "numlp", "health", "build/train").returncode == 1
    assert not (checkout / "build/train/plots").exists()
    edit(checkout, norm="none", lam="0.5", health="true")
    assert "Running stage 'train'" not in done(checkout, "dvc", "repro")
    assert "Training took" in done(checkout, "numlp", "show")
    done(checkout, "numlp", "health", "build/train")


def test_an_experiment_chooses_files_and_values_inside_them_and_is_compared_applied_and_drawn(checkout):
    done(checkout, "dvc", "exp", "run", "-S", "model=mlp3", "-S", "++set.model.hidden=[7,5]", "-S", "lam=0.1", "--name", "narrow")
    assert json.loads((checkout / "build/train/config.json").read_text())["model"]["hidden"] == [7, 5]
    assert [row["Path"] for row in json_rows(done(checkout, "dvc", "metrics", "diff", "--json"))] == ["test", "train", "val"]
    changed = json.loads(done(checkout, "dvc", "params", "diff", "--targets", "params.yaml", "--json"))["params.yaml"]
    assert {key: entry["new"] for key, entry in changed.items()} == {"model": "mlp3", "lam": 0.1, "set.model.hidden": "[7, 5]"}
    done(checkout, "dvc", "plots", "diff", "HEAD", "workspace", "--out", "drawn")
    page = (checkout / "drawn/index.html").read_text()
    assert all(name in page for name in ("train_accuracy", "val_accuracy", "train_cost", "val_cost", '"actual"'))
    assert len(list((checkout / "drawn/static").glob("*curves.png"))) == 2
    done(checkout, "git", "checkout", "--quiet", ".")
    done(checkout, "dvc", "checkout")
    done(checkout, "dvc", "exp", "apply", "narrow")
    assert "hidden 7-5" in " ".join(done(checkout, "numlp", "show").split())
    assert "up to date" in done(checkout, "dvc", "status")


def test_seven_experiments_fit_a_hundred_columns_with_what_differs_and_the_three_accuracies(checkout):
    nested = "++set.model.hidden=[7]"
    asked = [["lam=0.001"], ["lam=0.01"], ["norm=none"], ["model=mlp3"], [nested], ["model=mlp3", "norm=none"], ["lam=0.01", nested]]
    for number, overrides in enumerate(asked):
        done(checkout, "git", "checkout", "--quiet", ".")
        done(checkout, "dvc", "exp", "run", "--name", f"lucky-try-{number}", *(word for text in overrides for word in ("-S", text)))
    lines = done(checkout, *TABLE, COLUMNS="100").splitlines()
    assert max(map(len, lines)) <= 100
    assert "…" not in "".join(lines)
    (header,) = [line.split() for line in lines if "Experiment" in line]
    assert set(header) == {"Experiment", "train", "val", "test", "model", "norm", "lam", "set.model.hidden"}
    assert sum("try-" in line for line in lines) == 7


def test_queued_experiments_are_all_made_and_are_runs_of_the_project_s_mlflow(checkout):
    done(checkout, "dvc", "exp", "run", "--queue", "-S", "lam=0.002,0.02")
    done(checkout, "dvc", "exp", "run", "--queue", "-S", "++set.model.hidden=[6],[5]")
    done(checkout, "dvc", "exp", "run", "--run-all")
    rows = table(checkout, *TABLE)
    assert {(row["lam"], row["set.model.hidden"]) for row in rows if row["Experiment"]} >= {
        ("0.002", ""), ("0.02", ""), ("0.005", "[6]"), ("0.005", "[5]")
    }  # fmt: skip
    client, experiment = connect(checkout)
    runs = [found for found in client.search_runs([experiment]) if found.data.params["lam"] in ("0.002", "0.02")]
    assert {found.info.status for found in runs} == {"FINISHED"}
    assert len(runs) == 2
    for found in runs:
        assert "plots" in [item.path for item in client.list_artifacts(found.info.run_id)]
        assert "final/test_accuracy" in found.data.metrics


def json_rows(text):
    """The metrics in the answer of `dvc metrics diff --json`, by name."""
    return [{"Path": name, **entry} for file in json.loads(text).values() for name, entry in sorted(file.items())]
