"""The processes that joblib runs jobs in; what becomes of a sweep when one is killed."""

import os

import psutil
import pytest

from numlp.tracking import connect
from processes import started, wait_for
from sweeps import SHORT, newest_sweep, table

pytestmark = pytest.mark.slow  # each starts runs or checks of its own, and they take long together

TWO = ["-m", "seed=0,1", "hydra.launcher.n_jobs=2"]


def at_start(project, code):
    """The path of modules by which each process of numlp begins with `code`."""
    (project / "first").mkdir()
    (project / "first" / "sitecustomize.py").write_text(code)
    return os.pathsep.join([str(project / "first"), os.environ.get("PYTHONPATH", "")])


def test_two_jobs_at_once_have_the_bits_of_one_alone(ready, numlp):
    with started(ready, "train", *SHORT, *TWO) as process:
        _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    _, members = newest_sweep(ready)
    two = {run.data.params["seed"]: run.data.tags for run in members if "model_digest" in run.data.tags}
    code, _, err = numlp("train", *SHORT, "seed=1")
    assert code == 0, err
    client, experiment = connect(ready)
    (alone,) = client.search_runs([experiment], "params.seed = '1'", order_by=["attributes.start_time DESC"], max_results=1)
    assert alone.data.tags["model_digest"] == two["1"]["model_digest"]


LOST = """
import os, signal, time
from pathlib import Path
from numlp.training.trainer import Trainer
real = Trainer.records
def records(*arguments):
    for place, record in enumerate(real(*arguments)):
        yield record
        if place != 1 or Path("lost").exists():
            continue
        Path(f"began-{os.getpid()}").touch()  # once both have left a checkpoint, one is killed while the other is at work
        while len(list(Path().glob("began-*"))) < 2:
            time.sleep(0.01)
        try:
            Path("lost").mkdir()
        except FileExistsError:
            time.sleep(600)
        os.kill(os.getpid(), signal.SIGKILL)
Trainer.records = records
"""


@pytest.mark.slow
def test_when_a_worker_is_killed_the_sweep_goes_on(ready):
    with started(ready, "train", *SHORT, *TWO, PYTHONPATH=at_start(ready, LOST)) as process:
        wait_for(ready, "lost", process)
        all_of_it = psutil.Process(process.pid).children(recursive=True)
        out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    assert "a worker crashed (SIGKILL(-9)" in out
    assert "2 jobs start again" in out
    assert psutil.wait_procs(all_of_it, timeout=300)[1] == []
    assert [row["state"] for row in table(ready)] == ["done"]
    assert "resumes from step" in "".join(log.read_text() for log in ready.glob("multirun/*/*/*/log.txt"))
    assert sorted(run.info.status for run in newest_sweep(ready)[1]) == 3 * ["FINISHED"]  # two jobs, and the mean of their seeds


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


@pytest.mark.slow
def test_a_job_that_kills_its_worker_each_time_is_given_up_and_the_others_are_made(ready):
    lams = ["0.1", "0.2", "0.3", "0.4"]
    two = ["-m", "hydra.launcher.n_jobs=2", f"lam={','.join(lams)}"]
    with started(ready, "train", *SHORT, *two, PYTHONPATH=at_start(ready, DEADLY)) as process:
        out, err = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "1 of 4 jobs failed" in err
    assert "lam=0.2: FAILED: the launcher did not run this job to its end: a worker crashed (SIGKILL(-9)" in out
    assert {row["lam"]: row["state"] for row in table(ready)} == {lam: "failed" if lam == "0.2" else "done" for lam in lams}
