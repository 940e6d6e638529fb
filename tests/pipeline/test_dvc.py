"""The pipeline as DVC runs it, in a git checkout in which it has run and is committed, and DVC's own commands there."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from budget import ROOT
from numlp.tracking.store import connect

pytestmark = pytest.mark.slow
STAGES = ("resolve", "download", "normalise", "train", "evaluate", "plot")
GIT = ("git", "-c", "user.name=n", "-c", "user.email=e")
TABLE = ("dvc", "exp", "show", "--no-pager", "--only-changed", "--drop", "build|resolved|conf|params|src|Created|State|Executor")


def run(folder, *command, **variables):
    """Run a command with this environment's programs, the folder's own code, and nothing to reach the network through."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    environment = {
        key: value for key, value in os.environ.items() if key not in ("CIFAR10_ARCHIVE", "CIFAR10_SHA256", "MLFLOW_TRACKING_URI")
    }
    environment |= {**proxies, "PATH": path, "PYTHONPATH": str(folder / "src"), **variables}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def done(folder, *command, **variables):
    """The output of a command that ended well."""
    ended = run(folder, *command, **variables)
    assert ended.returncode == 0, f"{command}: {ended.stdout[-2000:]}{ended.stderr[-2000:]}"
    return ended.stdout


def repro(folder):
    """The stages that `dvc repro` runs beside `resolve`, which always runs."""
    resolve, *others = re.findall(r"Running stage '(\w+)'", done(folder, "dvc", "repro"))
    assert resolve == "resolve"
    return others


def stale(folder):
    """The stages that `dvc status` calls changed."""
    return re.findall(r"^(\w+):", done(folder, "dvc", "status"), re.MULTILINE)


def commit(folder):
    done(folder, *GIT, "add", ".")
    done(folder, *GIT, "commit", "--quiet", "-m", "change")


def lay_out(folder, **values):
    """A checkout with a short training, made before there was git."""
    for name in ("conf", ".dvc", "src"):
        junk = ("tmp", "cache", "config.local", "dvc.lock", "__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(*junk))
    for name in (".gitignore", ".dvcignore", "dvc.yaml", "params.yaml"):
        shutil.copy(ROOT / name, folder)
    npz = folder / "conf/data/npz.yaml"
    npz.write_text(npz.read_text().replace("???", "mine.npz"))
    edit(folder, **values)
    (folder / ".dvc/config.local").write_text("[core]\n    no_scm = true\n")  # as numlp init leaves it
    done(folder, "git", "init", "--quiet")
    commit(folder)


def edit(folder, **values):
    params = folder / "params.yaml"
    for key, value in values.items():
        params.write_text(re.sub(rf"^( *){key}: *\S+", rf"\g<1>{key}: {value}", params.read_text(), count=1, flags=re.MULTILINE))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkout")
    rng = np.random.default_rng(0)
    np.savez(folder / "mine.npz", images=rng.integers(0, 256, (600, 8, 8, 3), np.uint8), labels=rng.integers(0, 3, 600))
    lay_out(folder, data="npz", model="mlp2", epochs="1")
    done(folder, "numlp", "run")
    assert done(folder, "git", "status", "--porcelain") == "?? dvc.lock\n"
    commit(folder)
    return folder


@pytest.fixture
def checkout(made):
    """The checkout, without the changes of the test before."""
    done(made, "git", "checkout", "--quiet", ".")
    done(made, "dvc", "checkout", "--force")
    done(made, "dvc", "exp", "remove", "--all-commits")
    return made


def test_without_an_archive_or_a_network_it_says_so_loudly_and_runs_on_synthetic_images(tmp_path):
    lay_out(tmp_path, epochs="0.02")
    ended = run(tmp_path, "numlp", "run")
    assert ended.returncode == 0, ended.stderr
    assert "NO CIFAR-10" in ended.stderr
    assert json.loads((tmp_path / "build/evaluate/metrics.json").read_text())["dataset"] == "synthetic, seed 0, in place of CIFAR-10"
    assert done(tmp_path, "git", "status", "--porcelain") == "?? dvc.lock\n"


def test_data_by_a_function_of_ones_own_runs_twice_and_wrong_data_is_exit_code_1(tmp_path):
    lay_out(tmp_path, data="mine", model="mlp2", epochs="1", batch_size="20")
    (tmp_path / "conf/data/mine.yaml").write_text("_target_: my_data.load\n")
    code = "import numpy as np\ndef load():\n    return {'images': np.arange(600).reshape(150, 4) % 256, 'labels': np.arange(150) % 2}\n"
    for text, ended in ((code, 0), (code, 0), (code.replace("% 2", "* 0"), 1)):
        (tmp_path / "my_data.py").write_text(text)
        assert run(tmp_path, "numlp", "run").returncode == ended


def test_second_repro_runs_nothing_and_a_forced_one_changes_no_byte_of_the_lock(checkout):
    lock = (checkout / "dvc.lock").read_bytes()
    assert str(checkout).encode() not in lock
    assert repro(checkout) == []
    assert stale(checkout) == ["resolve"]
    assert set(done(checkout, "dvc", "stage", "list", "--all", "--name-only").split()) == set(STAGES)
    done(checkout, "dvc", "repro", "-f")
    assert (checkout / "dvc.lock").read_bytes() == lock


def test_edit_of_an_unselected_option_or_a_docstring_trains_nothing_and_one_of_deciding_code_does(checkout):
    (checkout / "conf/model/mlp9.yaml").write_text("hidden: [7]\n")
    layer = checkout / "src/numlp/nn/batch_norm.py"
    layer.write_text(layer.read_text().replace('"""', '"""In short: ', 1))
    assert repro(checkout) == []
    layer.write_text(layer.read_text() + "\nADDED = 1\n")
    stages = repro(checkout)
    assert stages[0] == "train"
    assert not {"download", "normalise"} & set(stages)


def test_model_that_dvc_restores_is_described_by_its_own_settings_time_and_health(checkout):
    """The last training was another one: each description comes from the restored model, or is not given."""
    shutil.copytree(checkout / "build/train", checkout / "outputs/first", dirs_exist_ok=True)
    edit(checkout, norm="none", lam="0.5", health="true")
    assert "train" in repro(checkout)
    shutil.copytree(checkout / "build/train", checkout / "outputs/second", dirs_exist_ok=True)
    done(checkout, "git", "checkout", "--quiet", ".")
    assert "train" not in repro(checkout)
    assert json.loads((checkout / "build/train/config.json").read_text())["lam"] == 0.5  # a leftover
    done(checkout, "numlp", "compare", "build/train", "outputs/second")
    (comparison,) = checkout.glob("build/compare/*/comparison.json")
    assert "0.005" in comparison.read_text()
    summary = done(checkout, "numlp", "show")
    assert "Training took" not in summary
    assert ", batch norm," in " ".join(summary.split())
    assert run(checkout, "numlp", "health", "build/train").returncode == 1
    edit(checkout, norm="none", lam="0.5", health="true")
    assert "train" not in repro(checkout)
    assert "Training took" in done(checkout, "numlp", "show")
    done(checkout, "numlp", "health", "build/train")


def test_experiment_sets_files_and_values_inside_them_and_is_compared_applied_and_drawn(checkout):
    done(checkout, "dvc", "exp", "run", "-S", "model=mlp3", "-S", "++set.model.hidden=[7,5]", "-S", "lam=0.1", "--name", "narrow")
    (metrics,) = json.loads(done(checkout, "dvc", "metrics", "diff", "--json")).values()
    assert set(metrics) == {"test", "train", "val"}
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
    assert stale(checkout) == ["resolve"]


def test_experiment_in_a_copy_is_a_run_of_the_projects_mlflow_and_a_row_of_dvcs_table(checkout):
    done(checkout, "dvc", "exp", "run", "--temp", "-S", "lam=0.002", "-S", "++set.model.hidden=[7]")
    rows = list(csv.DictReader(io.StringIO(done(checkout, *TABLE, "--csv"))))
    assert [(row["lam"], row["set.model.hidden"]) for row in rows if row["Experiment"]] == [("0.002", "[7]")]
    client, experiment = connect(checkout)
    (run,) = [run for run in client.search_runs([experiment]) if run.data.params["lam"] == "0.002"]
    assert run.info.status == "FINISHED"
    assert "plots" in [item.path for item in client.list_artifacts(run.info.run_id)]
    assert "final/test_accuracy" in run.data.metrics
