"""The pipeline as DVC runs it: once, not again, and the same when forced."""

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("resolve", "download", "normalise", "train", "evaluate", "plot")

pytestmark = pytest.mark.slow


@pytest.fixture
def workspace(project):
    """A project outside any git checkout, with the code that its stages depend on, and a run of nine updates."""
    shutil.copytree(ROOT / ".dvc", project / ".dvc", ignore=shutil.ignore_patterns("tmp", "cache", "config.local"))
    (project / "src").symlink_to(ROOT / "src")
    params = project / "params.yaml"
    params.write_text(re.sub(r"epochs: null", "epochs: 0.02", params.read_text()))
    return project


def run(folder, *command, **variables):
    """A command with this environment's programs first on the path, and nothing to reach the network through."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    environment = {**os.environ, **proxies, "PATH": path, **variables}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)


def test_without_an_archive_or_a_network_it_says_so_loudly_and_runs_on_synthetic_images(workspace):
    done = run(workspace, "numlp", "run")
    assert done.returncode == 0, done.stderr
    loud = [line for line in done.stderr.splitlines() if "NO CIFAR-10" in line]
    assert len(loud) == 1
    assert "synthetic" in loud[0].lower()
    assert "synthetic, seed 0" in done.stdout  # the table names the data set
    assert "numlp ui" in done.stdout
    assert json.loads((workspace / "build/evaluate/metrics.json").read_text())["dataset"] == "synthetic, seed 0"
    assert re.search(r"^data: cifar10", (workspace / "params.yaml").read_text(), re.MULTILINE)
    assert (workspace / "conf/local.yaml").exists()


def test_on_synthetic_images_git_sees_the_lock_alone_and_experiments_here_and_in_a_copy_go_on_with_them(workspace):
    """DVC makes the copy from what git knows, which conf/local.yaml is not; the images in it are those of the first run."""

    def git(*arguments):
        done = run(workspace, "git", "-c", "user.name=n", "-c", "user.email=e", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def experiment(*arguments):
        done = run(workspace, "dvc", "exp", "run", *arguments)
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        assert "resolve: conf/local.yaml: data=synthetic in place of cifar10" in said
        assert "Running stage 'download'" not in said
        assert "Running stage 'train'" in said
        return said

    shutil.copy(ROOT / ".gitignore", workspace)
    shutil.copy(ROOT / ".dvcignore", workspace)
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "all")
    assert run(workspace, "numlp", "run").returncode == 0
    assert git("status", "--porcelain") == "?? dvc.lock\n"
    experiment("--temp", "-S", "lam=0.001", "--name", "apart")
    assert git("status", "--porcelain") == "?? dvc.lock\n"
    experiment("-S", "lam=0.01")
    assert re.search(r"^data: cifar10", (workspace / "params.yaml").read_text(), re.MULTILINE)
    assert run(workspace, "dvc", "exp", "apply", "apart").returncode == 0
    again = run(workspace, "dvc", "repro").stdout  # the copy recorded the same conf/
    assert [f"Stage '{stage}' didn't change, skipping" in again for stage in STAGES] == [True] * 6


def test_a_second_repro_runs_nothing_and_a_forced_one_changes_no_byte_of_the_lock(workspace):
    params = workspace / "params.yaml"
    params.write_text(params.read_text().replace("data: cifar10 ", "data: synthetic "))
    assert run(workspace, "numlp", "run").returncode == 0
    lock = (workspace / "dvc.lock").read_bytes()
    assert str(workspace).encode() not in lock
    again = run(workspace, "dvc", "repro")
    assert [f"Stage '{stage}' didn't change, skipping" in again.stdout for stage in STAGES] == [True] * 6
    assert run(workspace, "dvc", "repro", "-f").returncode == 0
    assert (workspace / "dvc.lock").read_bytes() == lock


def test_two_repros_at_once_leave_one_whole_run(workspace):
    """The second waits or is refused; what the first one made is whole, and nothing is left to do."""
    params = workspace / "params.yaml"
    params.write_text(params.read_text().replace("data: cifar10 ", "data: synthetic "))
    run(workspace, "dvc", "config", "--local", "core.no_scm", "true")
    with ThreadPoolExecutor(2) as pool:
        both = [job.result() for job in [pool.submit(run, workspace, "dvc", "repro") for _ in range(2)]]
    assert 0 in [done.returncode for done in both], both
    for done in both:
        said = done.stdout + done.stderr
        assert done.returncode == 0 or "lock" in said.lower(), said
        assert "Traceback" not in said
    again = run(workspace, "dvc", "repro")
    assert [f"Stage '{stage}' didn't change, skipping" in again.stdout for stage in STAGES] == [True] * 6
    assert not list(workspace.rglob("*.part"))


def test_what_is_not_selected_reruns_resolve_alone(workspace):
    params = workspace / "params.yaml"
    params.write_text(params.read_text().replace("data: cifar10 ", "data: synthetic "))
    assert run(workspace, "numlp", "run").returncode == 0
    (workspace / "conf/model/mlp9.yaml").write_text("hidden: [7]\n")
    again = run(workspace, "dvc", "repro").stdout
    assert "Running stage 'resolve'" in again
    assert [f"Stage '{stage}' didn't change, skipping" in again for stage in STAGES[1:]] == [True] * 5


def test_an_edit_of_code_that_decides_trains_again_and_one_of_a_docstring_does_not(workspace):
    """So with the reproduction's runs, whose plan has the digest of the same code."""
    (workspace / "src").unlink()
    shutil.copytree(ROOT / "src", workspace / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "reproduction", workspace / "reproduction")
    params = workspace / "params.yaml"
    params.write_text(params.read_text().replace("data: cifar10 ", "data: synthetic "))
    relu = workspace / "src/numlp/nn/activations.py"

    def repro():
        plan = run(workspace, "python", "-m", "reproduction", "plan", PYTHONPATH=str(workspace / "src"))
        done = run(workspace, "dvc", "repro", PYTHONPATH=str(workspace / "src"))
        assert (plan.returncode, done.returncode) == (0, 0), plan.stderr + done.stdout + done.stderr
        return done.stdout, (workspace / "build/reproduction/plan.json").read_bytes()

    run(workspace, "dvc", "config", "--local", "core.no_scm", "true")
    _, before = repro()
    relu.write_text(relu.read_text().replace('"""', '"""In short: ', 1))
    said, plan = repro()
    assert plan == before
    assert "Running stage 'resolve'" in said
    assert [f"Stage '{stage}' didn't change, skipping" in said for stage in STAGES[1:]] == [True] * 5
    relu.write_text(relu.read_text() + "\nADDED = 1\n")
    said, plan = repro()
    assert plan != before
    assert "Running stage 'train'" in said
    assert "Stage 'normalise' didn't change, skipping" in said


EDITED = {  # a file of each package that decides the output of a stage, and the stage
    "data/cifar10.py": "download",
    "data/normalise.py": "normalise",
    "data/augment.py": "train",
    "nn/batch_norm.py": "train",
    "optim/optimizers.py": "train",
    "training/evaluator.py": "train",
    "inference/model_file.py": "evaluate",
    "stages/evaluate.py": "evaluate",
    "display/curves.py": "plot",
}


def test_status_names_the_stage_whose_code_was_edited(workspace):
    shutil.copy(ROOT / ".dvcignore", workspace)
    (workspace / "src").unlink()
    shutil.copytree(ROOT / "src", workspace / "src", ignore=shutil.ignore_patterns("__pycache__"))
    params = workspace / "params.yaml"
    params.write_text(params.read_text().replace("data: cifar10 ", "data: synthetic "))
    variables = {"PYTHONPATH": str(workspace / "src")}
    run(workspace, "dvc", "config", "--local", "core.no_scm", "true")
    assert run(workspace, "dvc", "repro", **variables).returncode == 0
    for name, stage in EDITED.items():
        path = workspace / "src/numlp" / name
        before = path.read_text()
        path.write_text(f"{before}\nADDED = 1\n")
        assert "resolve:" in run(workspace, "dvc", "status", **variables).stdout, name
        assert run(workspace, "numlp", "resolve", "+stage=pipeline", **variables).returncode == 0
        assert f"{stage}:" in run(workspace, "dvc", "status", **variables).stdout, name
        path.write_text(before)


def test_repro_itself_never_switches_to_synthetic_images(workspace):
    run(workspace, "dvc", "config", "--local", "core.no_scm", "true")
    done = run(workspace, "dvc", "repro")
    assert done.returncode != 0
    assert "CIFAR10_ARCHIVE=" in done.stdout + done.stderr
    assert "data=synthetic" in done.stdout + done.stderr
    assert re.search(r"^data: cifar10", (workspace / "params.yaml").read_text(), re.MULTILINE)
