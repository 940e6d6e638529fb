"""Ctrl-C and SIGTERM while a network trains; the bits of the resumed run are those of tests/runs/test_killed.py."""

import os
import signal
import subprocess
import time

import pytest

from numlp.tracking.store import connect
from processes import CHECKPOINTS, start, started, wait_for, workers

pytestmark = pytest.mark.slow

RUN = ["data=synthetic", "split=9k", "model=mlp2", "train.epochs=30", "then=[]"]  # a second or two
FIRST = f"{CHECKPOINTS}/*.npz"
TWO = ["-m", *RUN, "seed=0,1", "hydra.launcher.n_jobs=2"]


def statuses(project):
    client, experiment = connect(project, "numlp")
    return {run.info.status for run in client.search_runs([experiment])}


def test_signal_finishes_the_step_keeps_the_state_and_says_how_to_resume(ready, numlp):
    with started(ready, "train", *RUN) as process:
        wait_for(ready, FIRST, process)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=300)
    assert process.returncode == 143, err
    assert "Traceback" not in err
    assert statuses(ready) == {"KILLED"}
    step = int(err.partition("after step ")[2].split(";")[0])
    code, out, err = numlp("train", *RUN, "hydra.run.dir=outputs/resumed")
    assert code == 0, err
    assert f"resumes from step {step}" in out
    assert statuses(ready) == {"FINISHED"}


def test_second_ctrl_c_stops_at_once(ready):
    """The steps here last an hour: the first Ctrl-C waits for one, the second does not."""
    slow = "import time, numlp.training.trainer as t; t.Trainer.step = lambda *a: (print('begun', flush=True), time.sleep(3600))"
    (ready / "sitecustomize.py").write_text(slow)
    with started(ready, "train", *RUN, PYTHONPATH=str(ready)) as process:
        while process.stdout.readline() != "begun\n":
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.7)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=300)
    assert process.returncode == 130, err
    assert statuses(ready) == {"KILLED"}


@pytest.mark.parametrize(("number", "code", "to_all"), [(signal.SIGINT, 130, True), (signal.SIGTERM, 143, False)])
def test_jobs_of_a_sweep_are_stopped_too(ready, number, code, to_all):
    process = start(ready, "train", *TWO)
    wait_for(ready, FIRST, process)
    os.killpg(process.pid, number) if to_all else process.send_signal(number)  # to all, as the terminal does
    out, err = process.communicate(timeout=300)
    assert process.returncode == code, err
    assert statuses(ready) == {"KILLED"}
    assert "0 of 2" in out


def test_signal_to_workers_that_have_no_job_yet_ends_the_sweep(ready):
    """They die of it and tell nobody: the sweep must not take them for crashed, and begin again."""
    with started(ready, "train", *TWO) as process:
        while len(workers(process)) < 2:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGTERM)
        out, err = process.communicate(timeout=300)
    assert process.returncode == 143, err
    assert "again" not in out
    assert not (ready / "build/runs").exists()
