"""The processes that joblib runs jobs in: forked, with their share of the cores; what becomes of a sweep when one is killed."""

import psutil
from joblib import cpu_count
from processes import CHECKPOINTS, started, wait_for
from sweeps import SHORT, family, table

from numlp.sweep.workers import THREADS
from numlp.tracking import connect

TWO = ["-m", "seed=0,1", "hydra.launcher.n_jobs=2"]


def test_two_jobs_at_once_have_half_the_cores_each_and_the_bits_of_one_alone(ready, numlp, monkeypatch):
    with monkeypatch.context() as unset:
        for name in THREADS:
            unset.delenv(name, raising=False)
        with started(ready, "train", *SHORT, *TWO) as process:
            _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    _, members = family(ready)
    two = {run.data.params["seed"]: run.data.tags for run in members if "model_digest" in run.data.tags}
    assert [tags["blas_threads"] for tags in two.values()] == 2 * [str(max(1, cpu_count() // 2))]
    code, _, err = numlp("train", *SHORT, "seed=1")
    assert code == 0, err
    client, experiment = connect(ready)
    (alone,) = client.search_runs([experiment], "params.seed = '1'", order_by=["attributes.start_time DESC"], max_results=1)
    assert alone.data.tags["model_digest"] == two["1"]["model_digest"]


def test_a_worker_that_is_killed_is_told_and_the_same_command_goes_on(ready):
    longer = [*SHORT, "train.epochs=150"]  # some seconds
    with started(ready, "train", *longer, *TWO) as process:
        wait_for(ready, f"{CHECKPOINTS}/*/*.npz", process)
        all_of_it = psutil.Process(process.pid).children(recursive=True)
        forks = [each for each in all_of_it if "forkserver" in " ".join(each.parent().cmdline())]
        assert len(forks) == 2
        forks[0].kill()
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "2 of 2 jobs failed" in err
    assert "it could not be run, or not to its end: TerminatedWorkerError" in out
    assert psutil.wait_procs(all_of_it, timeout=20)[1] == []
    with started(ready, "train", *longer, *TWO) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert [row["state"] for row in table(ready)] == ["done"]
    assert sorted(run.info.status for run in family(ready)[1]) == 3 * ["FINISHED"]  # two jobs, and the mean of their seeds
