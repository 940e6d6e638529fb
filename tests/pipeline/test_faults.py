"""Faults of the machine during a run: no result is lost, no file is half there, and an error is a line or two."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from numlp.files import read_rows
from numlp.inference.model_file import load_model
from numlp.tracking.store import connect
from numlp.training.history import Record
from processes import CHECKPOINTS, at_once, start, wait_for
from projects import FEW
from sweeps import MULTI, SHORT

pytestmark = pytest.mark.slow  # each starts runs or checks of its own, and they take long together

RUN = ["+stage=pipeline", *FEW, "model=mlp2", "train.epochs=0.45"]  # 45 updates
OUT = "build/train"
FULL = "No space left on device; free space and run the same command again"
NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]  # mounts of its own, without being root


def can_mount():
    return shutil.which("unshare") is not None and subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


needs_mounts = pytest.mark.skipif(not can_mount(), reason="needs user namespaces, to mount a small disk")


def train_on(project, *mounts):
    """Train where `mounts` hold; the exit code, the errors and what then is in the run's folder."""
    command = " && ".join([*mounts, f"{sys.executable} -m numlp train {' '.join(RUN)}"])
    script = f"{command}; code=$?; ls -A {OUT} > listing; exit $code"
    done = subprocess.run([*NAMESPACE, "sh", "-c", script], cwd=project, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr, (project / "listing").read_text().split()


def small_disk(folder, size):
    return f"mount -t tmpfs -o size={size} tmpfs {folder}"


def whole(project):
    """The run's files read back, and MLflow has all of its records."""
    load_model(project / OUT / "model.npz")
    return [record.step for record in read_rows(project / OUT / "history.csv", Record)]


def runs(project):
    client, experiment = connect(project, "numlp")
    return client, client.search_runs([experiment])


@needs_mounts
def test_full_disk_is_one_line_and_once_there_is_room_the_run_resumes(ready, numlp):
    (ready / OUT).mkdir(parents=True)
    code, err, left = train_on(ready, small_disk(OUT, "100k"))
    assert (code, err) == (1, f"error: {OUT}/model.npz: {FULL}\n")
    assert left == ["config.json", "health.csv", "history.csv", "run.json"]
    code, out, err = numlp("train", *RUN)
    assert (code, err) == (0, "")
    assert "resumes from step 45" in out
    assert whole(ready) == [0, 45]
    _, (run,) = runs(ready)
    assert run.info.status == "FINISHED"


@needs_mounts
def test_disk_too_full_for_the_images_is_one_line(ready):
    """Not a bus error, which is what writing to a memory map on a full disk ends in."""
    (ready / "build/download").unlink()
    for folder in ("data/raw", OUT):
        (ready / folder).mkdir(parents=True)
    code, err, left = train_on(ready, small_disk("data/raw", "2m"))
    assert (code, left) == (1, [])
    assert err.startswith("error: data/raw/")
    assert err.endswith(f": {FULL}\n")


@needs_mounts
def test_disk_too_full_for_checkpoints_is_a_warning(ready):
    (ready / CHECKPOINTS).mkdir(parents=True)
    code, err, left = train_on(ready, small_disk(CHECKPOINTS, "100k"))
    assert code == 0, err
    assert "no checkpoint at step 45" in err
    assert {"model.npz", "history.csv"} <= set(left)
    assert whole(ready) == [0, 45]


@needs_mounts
@pytest.mark.parametrize(("folder", "expected"), [(OUT, 1), (CHECKPOINTS, 0), ("mlruns", 0)])
def test_read_only_folder_is_one_line_with_its_name(with_data, folder, expected):
    for directory in (folder, OUT):
        (with_data / directory).mkdir(parents=True, exist_ok=True)
    code, err, left = train_on(with_data, f"mount --bind {folder} {folder}", f"mount -o remount,ro,bind {folder}")
    assert code == expected  # a run does without checkpoints and MLflow
    assert folder in err
    assert len(err.strip().splitlines()) <= 2
    assert "Traceback" not in err
    assert ("model.npz" in left) is (expected == 0)


def test_store_that_is_locked_costs_the_run_no_result(ready, numlp):
    """Another program holds MLflow's database until the run has ended."""
    process = start(ready, "train", *RUN, "train.epochs=20", "then=[]")
    wait_for(ready, f"{CHECKPOINTS}/*.npz", process)
    with closing(sqlite3.connect(ready / "mlruns/mlflow.db", isolation_level=None, timeout=300)) as other:
        other.execute("BEGIN IMMEDIATE")
        _, err = process.communicate(timeout=300)
        other.execute("ROLLBACK")
    assert process.returncode == 0, err
    assert f"numlp log {OUT}" in err
    steps = whole(ready)
    assert len(steps) == 21
    assert numlp("log", OUT)[0] == 0
    client, (run,) = runs(ready)
    assert [metric.step for metric in client.get_metric_history(run.info.run_id, "cost/val")] == steps


def test_same_run_twice_and_two_sweeps_at_once_keep_their_results_apart(ready):
    twice = [["train", *SHORT, f"hydra.run.dir=outputs/{name}"] for name in "ab"]
    at_once(ready, *twice, *([*MULTI, "seed=0,1", f"lam={lam}"] for lam in (0.001, 0.002)))
    models = [(ready / "outputs" / name / "model.npz").read_bytes() for name in "ab"]
    assert models[0] == models[1]
    jobs = {path.read_bytes() for path in ready.glob("multirun/*/*/*/model.npz")}
    assert len(jobs) == 4
    assert {run.info.status for run in runs(ready)[1]} == {"FINISHED"}
