"""Multiruns by submitit, whose local executor runs what it would give to Slurm."""

import os
import signal
from importlib.util import find_spec

import pytest

from processes import CHECKPOINTS, start, wait_for
from sweeps import job_runs

pytestmark = [pytest.mark.slow, pytest.mark.skipif(find_spec("submitit") is None, reason="the extra slurm is not installed")]

RUN = ["data=synthetic", "model=mlp2", "then=[]", "hydra/launcher=submitit_local"]


def test_each_job_of_a_multirun_is_a_run_with_a_folder_of_its_own(ready, numlp):
    code, _, err = numlp("train", "-m", *RUN, "train.epochs=0.1", "seed=1,2")
    assert code == 0, err
    found = job_runs(ready)
    assert sorted((run.data.params["seed"], run.info.status) for run in found) == [("1", "FINISHED"), ("2", "FINISHED")]
    assert os.getpid() not in {int(run.data.tags["pid"]) for run in found}
    assert sorted(model.parent.name for model in ready.glob("multirun/*/*/*/model.npz")) == ["0", "1"]


def test_a_failed_job_fails_the_multirun_and_not_the_others(ready, numlp):
    code, out, err = numlp("train", "-m", *RUN, "train.epochs=0.1", "train.batch_size=100,45001")
    assert code == 1
    assert "train.batch_size: expected at most 45000, the number of training images, got 45001" in out + err
    assert [(run.data.params["train.batch_size"], run.info.status) for run in job_runs(ready)] == [("100", "FINISHED")]


def test_job_that_its_node_stops_resumes(ready):
    """SIGTERM to the job alone, as from a node that goes away: it is launched again, and ends in the same MLflow run."""
    sweep = start(ready, "train", "-m", *RUN, "train.epochs=20", "seed=1")
    wait_for(ready, f"{CHECKPOINTS}/*.npz", sweep, seconds=180)
    (run,) = job_runs(ready)
    os.kill(int(run.data.tags["pid"]), signal.SIGTERM)
    out, err = sweep.communicate(timeout=400)
    assert sweep.returncode == 0, out + err
    assert [(again.info.run_id, again.info.status) for again in job_runs(ready)] == [(run.info.run_id, "FINISHED")]
