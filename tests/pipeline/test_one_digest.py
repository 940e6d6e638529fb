"""One configuration, one model: alone, on one core, in a sweep's worker, and after kill -9; on each kernel of BLAS."""

import os
import subprocess
import sys

import pytest

from kernels import KERNELS, environment, runs
from numlp.files import sha256
from processes import CHECKPOINTS, started, wait_for

RUN = ["data=synthetic", "split=9k", "train.epochs=2", "train.record.every=points", "train.record.points=12", "then=[]"]
FILES = ("model.npz", "history.csv")


def digests(folder):
    return [sha256(folder / name) for name in FILES]


def train(project, kernel, *arguments, **options):
    command = [sys.executable, "-m", "numlp", "train", *RUN, *arguments]
    done = subprocess.run(command, cwd=project, env=environment(kernel), capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def one_core():
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's affinity of processes")
@pytest.mark.parametrize(("kernel", "threads"), [*((kernel, 1) for kernel in KERNELS), ("Haswell", 2)])
def test_a_run_has_one_digest_wherever_and_however_it_is_made(ready, kernel, threads):
    if not runs(kernel):
        pytest.skip("this CPU does not run the kernel")
    own = f"train.threads={threads}"
    train(ready, kernel, own, "hydra.run.dir=outputs/alone")
    whole = digests(ready / "outputs/alone")
    train(ready, kernel, own, "hydra.run.dir=outputs/core", preexec_fn=one_core)
    assert digests(ready / "outputs/core") == whole
    train(ready, kernel, own, "-m", "seed=0,1", "hydra.launcher.n_jobs=2", "hydra.sweep.dir=multirun/two")
    assert digests(ready / "multirun/two/0") == whole
    with started(ready, "train", *RUN, own, "hydra.run.dir=outputs/killed", OPENBLAS_CORETYPE=kernel) as process:
        wait_for(ready, f"{CHECKPOINTS}/*.npz", process)
        process.kill()
    assert "resumes from step" in train(ready, kernel, own, "hydra.run.dir=outputs/killed")
    assert digests(ready / "outputs/killed") == whole


@pytest.mark.slow
def test_another_number_of_threads_is_another_run(ready):
    for threads in (1, 2):
        train(ready, "", f"train.threads={threads}", f"hydra.run.dir=outputs/{threads}")
    one, two = (digests(ready / "outputs" / str(threads)) for threads in (1, 2))
    assert one[0] != two[0]  # the settings are in the file
