"""`numlp verify`: the same bytes from a clone at another path, and a difference is told."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from numlp.cli.verify import build_environment, compare, make_clone, read_lock

ROOT = Path(__file__).resolve().parents[2]
LOCK = """schema: '2.0'
stages:
  train:
    cmd: numlp train
    deps:
    - path: src/train.py
      md5: {code}
    - path: data.npy
      md5: '3'
    outs:
    - path: model.npz
      md5: {model}
  download:
    cmd: numlp download
    outs:
    - path: data.npy
      md5: '3'
"""


def git(folder, *arguments):
    command = ["git", "-c", "user.name=n", "-c", "user.email=e", "-C", str(folder), *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def checkout(project):
    """The project in a git checkout, all of it committed."""
    shutil.copytree(ROOT / ".dvc", project / ".dvc", ignore=shutil.ignore_patterns("tmp", "cache", "config.local"))
    for name in (".gitignore", ".dvcignore"):
        shutil.copy(ROOT / name, project)
    shutil.copytree(ROOT / "src", project / "src", ignore=shutil.ignore_patterns("__pycache__"))
    git(project, "init", "--quiet")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "-m", "all")
    return project


def locked(folder, code="1", model="2"):
    path = folder / "dvc.lock"
    path.write_text(LOCK.format(code=f"'{code}'", model=f"'{model}'"))
    return read_lock(path)


def test_sums_that_are_the_same_are_0_and_each_is_named(tmp_path, capsys):
    assert compare(locked(tmp_path), locked(tmp_path)) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [re.split(r"  +", row)[0] for row in rows[2:5]] == ["dvc.lock", "model.npz", "data.npy"]
    assert all(row.endswith("  same") for row in rows[2:5])
    assert rows[5:] == ["verify: 0 of 3 checksums differ"]


def test_a_sum_that_differs_is_1_and_named_with_both(tmp_path, capsys):
    assert compare(locked(tmp_path), locked(tmp_path, model="7")) == 1
    out = capsys.readouterr().out
    assert re.search(r"^model\.npz +2 +7 +DIFFERS$", out, re.MULTILINE)
    assert re.search(r"^data\.npy +3 +3 +same$", out, re.MULTILINE)
    assert "these inputs have changed" not in out
    assert "2 of 3 checksums differ" in out  # dvc.lock is the other one


def test_code_that_has_changed_since_the_record_is_named_as_the_reason(tmp_path, capsys):
    assert compare(locked(tmp_path), locked(tmp_path, code="9")) == 1
    assert "verify: these inputs have changed since the recorded run: src/train.py; run numlp run" in capsys.readouterr().out


def test_the_clone_has_what_is_not_committed_yet_and_nothing_that_was_made(checkout, tmp_path):
    (checkout / "params.yaml").write_text("seed: 7\n")
    (checkout / "conf/model/mlp4.yaml").write_text("hidden: [7]\n")
    (checkout / "conf/model/mlp2.yaml").unlink()
    (checkout / "conf/model/mlp5.yaml").write_text("hidden: [5]\n")
    git(checkout, "add", "conf/model/mlp5.yaml")
    (checkout / "conf/local.yaml").write_text("data: {cifar10: synthetic}\n")  # which git ignores
    (checkout / "build").mkdir()
    (checkout / "build/model.npz").write_text("made")
    locked(checkout)
    clone = tmp_path.parent / f"{tmp_path.name}-clone"
    make_clone(checkout, clone)
    assert (clone / "params.yaml").read_text() == "seed: 7\n"
    assert {path.stem for path in (clone / "conf/model").iterdir()} == {"mlp3", "mlp4", "mlp5", "mlp9"}
    assert (clone / "conf/local.yaml").read_text() == "data: {cifar10: synthetic}\n"
    assert not (clone / "build").exists()
    assert not (clone / "dvc.lock").exists()


def test_the_clone_runs_its_own_code_on_the_same_archive_and_leaves_no_run_in_a_store_of_the_user(project, monkeypatch):
    (project / "data").mkdir()
    (project / "data/cifar-10-python.tar.gz").write_bytes(b"")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    found = build_environment(project, project / "clone")
    assert found["PYTHONPATH"].split(os.pathsep)[0] == str(project / "clone/src")
    assert found["CIFAR10_ARCHIVE"] == str(project / "data/cifar-10-python.tar.gz")
    assert "MLFLOW_TRACKING_URI" not in found
    (project / "mine.tar.gz").write_bytes(b"")
    monkeypatch.setenv("CIFAR10_ARCHIVE", "mine.tar.gz")
    assert build_environment(project, project / "clone")["CIFAR10_ARCHIVE"] == str(project / "mine.tar.gz")


def test_without_a_checkout_or_a_run_it_says_what_is_needed(project, numlp):
    assert numlp("verify")[::2] == (1, f"error: numlp verify: {project} is no git checkout; create one with git init and a commit\n")
    (project / ".git").mkdir()
    code, _, err = numlp("verify")
    assert code == 1
    assert "file not found: dvc.lock; run the pipeline first with numlp run" in err


@pytest.mark.slow
def test_a_clone_gives_the_same_bytes_and_a_forged_record_is_found(checkout):
    params = checkout / "params.yaml"
    text = params.read_text().replace("data: cifar10 ", "data: synthetic ").replace("epochs: null", "epochs: 0.02")
    params.write_text(text)  # not committed: the clone has it nevertheless
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(checkout / "src")}

    def run(command):
        done = subprocess.run([sys.executable, "-m", "numlp", command], env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    assert run("run")[0] == 0
    code, said = run("verify")
    assert code == 0, said
    assert said.count("Running stage") == 6
    assert {row.split()[0] for row in said.splitlines() if row.endswith("  same")} >= {
        "dvc.lock",
        "build/train/model.npz",
        "build/train/history.csv",
        "build/evaluate/metrics.json",
    }
    lock = checkout / "dvc.lock"
    record = read_lock(lock).made["build/train/model.npz"]
    lock.write_text(lock.read_text().replace(record, "f" * 32))
    code, said = run("verify")
    assert code == 1, said
    assert re.search(rf"^build/train/model\.npz +{'f' * 32} +{record} +DIFFERS$", said, re.MULTILINE)
