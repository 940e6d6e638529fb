"""A sweep whose processes are killed again and again, and called again each time."""

import os
import random
import signal
import time

import pytest

from numlp.tracking.store import connect
from processes import start
from sweeps import SHORT, table

pytestmark = pytest.mark.slow

JOBS, KILLS = 12, 3
LAMS = ",".join(f"0.0{i:02}" for i in range(1, JOBS + 1))
SWEEP = ["-m", "data=synthetic", "split=9k", "model=mlp2", "train.epochs=3", "then=[]", f"lam={LAMS}", "hydra.launcher.n_jobs=2"]


def records(project):
    """The finished trials, and when each was written."""
    return {path.name: path.stat().st_mtime_ns for path in project.glob("build/runs/*.json")}


def kill(process, project, rng, count):
    """Kill the whole group a moment after `count` trials have ended; whether it was still alive."""
    while process.poll() is None and len(records(project)) < count:
        time.sleep(0.02)
    time.sleep(rng.uniform(0, 1.5))
    if process.poll() is not None:
        return False
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return True


def test_each_trial_is_trained_to_its_end_once_and_mlflow_shows_each_once(ready):
    rng, seen, killed = random.Random(3), {}, 0
    for place in range(KILLS):
        process = start(ready, "train", *SWEEP)
        killed += kill(process, ready, rng, place * JOBS // (KILLS + 2))
        now = records(ready)
        assert seen.items() <= now.items()  # what was done was not done again
        seen = now
    assert killed == KILLS
    process = start(ready, "train", *SWEEP)
    _, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    now = records(ready)
    assert len(now) == JOBS
    assert seen.items() <= now.items()
    client, experiment = connect(ready, "numlp")
    found = client.search_runs([experiment])
    (parent,) = [run for run in found if "sweep" in run.data.tags]
    members = [run for run in found if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    assert parent.info.status == "FINISHED"
    assert [run.info.status for run in members] == ["FINISHED"] * JOBS
    for run in members:
        steps = [metric.step for metric in client.get_metric_history(run.info.run_id, "cost/val")]
        assert sorted(set(steps)) == sorted(steps) == [0, 90, 180, 270]


DEADLY = """
import os, signal
from numlp.training.trainer import Trainer
real = Trainer.records
def records(trainer, *others):
    if trainer.plan.lam == 0.2:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(trainer, *others)
Trainer.records = records
"""


def test_job_that_kills_its_worker_each_time_fails_and_the_others_end(ready):
    (ready / "first").mkdir()
    (ready / "first" / "sitecustomize.py").write_text(DEADLY)
    path = os.pathsep.join([str(ready / "first"), os.environ.get("PYTHONPATH", "")])
    lams = ["0.1", "0.2", "0.3", "0.4"]
    process = start(ready, "train", "-m", *SHORT, "hydra.launcher.n_jobs=2", f"lam={','.join(lams)}", PYTHONPATH=path)
    out, err = process.communicate(timeout=600)
    assert process.returncode == 1, out + err
    assert "1 of 4 jobs failed" in err
    assert {row["lam"]: row["state"] for row in table(ready)} == {lam: "failed" if lam == "0.2" else "done" for lam in lams}
