"""A job of a sweep has as many cores as BLAS threads, whichever launcher runs it."""

import joblib
import pytest
from omegaconf import OmegaConf

from numlp.config.launchers import at_once, for_threads
from numlp.errors import UserError


def config(launcher, **settings):
    return OmegaConf.create({"hydra": {"runtime": {"choices": {"hydra/launcher": launcher}}, "launcher": settings}})


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch):
    monkeypatch.setattr(joblib, "cpu_count", lambda: 8)
    monkeypatch.setattr(joblib, "effective_n_jobs", lambda jobs: jobs if jobs > 0 else 9 + jobs)


@pytest.mark.parametrize(("asked", "threads", "jobs"), [(-1, 1, 8), (-1, 2, 4), (-1, 3, 2), (-1, 16, 1), (3, 2, 3), (6, 2, 4), (-2, 1, 7)])
def test_at_most_cores_over_threads_jobs_run_at_once(asked, threads, jobs):
    assert at_once(config("joblib", n_jobs=asked), threads) == jobs
    assert for_threads(config("joblib", n_jobs=asked), threads).hydra.launcher.n_jobs == jobs


def test_one_job_after_the_other_stays_so_and_a_cluster_alone_knows_how_many():
    assert at_once(config("basic"), 4) == 1
    assert at_once(config("ray"), 4) is None


def test_no_job_at_all_is_refused():
    with pytest.raises(UserError, match=r"hydra\.launcher\.n_jobs: expected a number of jobs"):
        at_once(config("joblib", n_jobs=0), 1)


@pytest.mark.parametrize(("asked", "threads", "cores"), [(1, 2, 2), (4, 2, 4), (1, 1, 1)])
def test_a_cluster_gives_a_core_to_each_thread_and_more_where_the_user_asks(asked, threads, cores):
    ray = for_threads(config("ray", ray={"remote": {"num_cpus": asked}}), threads)
    assert ray.hydra.launcher.ray.remote.num_cpus == cores
    slurm = for_threads(config("submitit_slurm", cpus_per_task=asked), threads)
    assert slurm.hydra.launcher.cpus_per_task == cores


def test_the_sweeps_own_configuration_stays_as_it_is():
    own = config("joblib", n_jobs=-1)
    for_threads(own, 2)
    assert own.hydra.launcher.n_jobs == -1
