"""Ctrl-C and SIGTERM while a network trains."""

import os
import signal
import subprocess
import time

import pytest

from numlp.tracking import connect
from processes import CHECKPOINTS, start, started, wait_for, workers

pytestmark = pytest.mark.slow

RUN = ["data=synthetic", "model=mlp2", "train.epochs=20", "then=[]"]  # some seconds
FIRST = f"{CHECKPOINTS}/*.npz"


def statuses(project):
    client, experiment = connect(project, "numlp")
    return sorted(run.info.status for run in client.search_runs([experiment]))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_finishes_the_step_keeps_the_state_and_says_how_to_go_on(ready, number, code, numlp):
    process = start(ready, "train", *RUN)
    wait_for(ready, FIRST, process)
    process.send_signal(number)
    _, err = process.communicate(timeout=300)
    assert process.returncode == code, err
    assert "Traceback" not in err
    assert "the same command resumes it" in err
    assert statuses(ready) == ["KILLED"]
    step = int(err.partition("after step ")[2].split(";")[0])
    assert step > 0  # where the signal found it: in an epoch, or at a record (each step: tests/runs/test_checkpoint.py)
    code, out, err = numlp("train", *RUN, "hydra.run.dir=outputs/resumed")
    assert code == 0, err
    assert f"resumes from step {step}" in out
    assert statuses(ready) == ["FINISHED"]


def test_a_second_ctrl_c_stops_at_once(ready, monkeypatch):
    """The steps here last an hour: the first Ctrl-C waits for one, the second does not."""
    slow = "import time, numlp.training.trainer as t; t.Trainer.step = lambda *a: (print('begun', flush=True), time.sleep(3600))"
    (ready / "sitecustomize.py").write_text(slow)
    process = start(ready, "train", *RUN, PYTHONPATH=str(ready))
    while process.stdout.readline() != "begun\n":
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.7)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130, err
    assert statuses(ready) == ["KILLED"]


TO_ALL = [(signal.SIGINT, 130, True), (signal.SIGTERM, 143, False), (signal.SIGTERM, 143, True), (signal.SIGHUP, 129, True)]


@pytest.mark.parametrize(("number", "code", "to_all"), TO_ALL)
def test_the_jobs_of_a_multirun_are_stopped_too(ready, number, code, to_all):
    process = start(ready, "train", "-m", *RUN, "seed=0,1", "hydra.launcher.n_jobs=2")
    wait_for(ready, FIRST, process)
    if to_all:
        os.killpg(process.pid, number)  # as the terminal does, and `timeout`
    else:
        process.send_signal(number)
    out, err = process.communicate(timeout=300)
    assert process.returncode == code, err
    assert set(statuses(ready)) == {"KILLED"}
    assert "sweep: 0 of 2 jobs are done, " in out
    assert " at a checkpoint; the same command resumes the sweep" in out


def test_an_interrupted_sweep_says_what_is_done_what_is_kept_and_how_it_resumes(ready):
    choices = [*RUN, "hydra.launcher.n_jobs=1", "seed=0,1,2"]
    with started(ready, "train", "-m", *choices) as process:
        wait_for(ready, "build/runs/*.json", process)
        wait_for(ready, FIRST, process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)
    assert process.returncode == 130, err
    assert "sweep: 1 of 3 jobs is done, 1 is at a checkpoint; the same command resumes the sweep" in out


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_to_workers_that_have_no_job_yet_ends_the_sweep(ready, number, code):
    """They die of it and tell nobody: the sweep must not take them for lost, and begin again."""
    with started(ready, "train", "-m", *RUN, "seed=0,1", "hydra.launcher.n_jobs=2") as process:
        while len(workers(process)) < 2:
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.01)
        os.killpg(process.pid, number)
        out, err = process.communicate(timeout=300)
    assert process.returncode == code, err
    assert "again" not in out
    assert not (ready / "build" / "runs").exists()
