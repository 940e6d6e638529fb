"""One configuration, one model: alone, on one core, and in a sweep's worker; on two kernels of BLAS."""

import os
import subprocess
import sys

import pytest

from kernels import environment, runs
from numlp.files import sha256

RUN = ["data=synthetic", "split=9k", "train.epochs=0.5", "then=[]"]


def digests(folder):
    return [sha256(folder / name) for name in ("model.npz", "history.csv")]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's affinity of processes")
@pytest.mark.parametrize(("kernel", "threads"), [("", 1), ("Haswell", 2)])
def test_run_has_one_digest_wherever_and_however_it_is_made(ready, kernel, threads):
    if not runs(kernel):
        pytest.skip("this CPU does not run the kernel")

    def train(*arguments, **options):
        command = [sys.executable, "-m", "numlp", "train", *RUN, f"train.threads={threads}", *arguments]
        subprocess.run(command, cwd=ready, env=environment(kernel), check=True, **options)

    train("hydra.run.dir=outputs/alone")
    train("hydra.run.dir=outputs/core", preexec_fn=lambda: os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]))
    train("-m", "seed=0,1", "hydra.launcher.n_jobs=2", "hydra.sweep.dir=multirun/two")
    assert digests(ready / "outputs/alone") == digests(ready / "outputs/core") == digests(ready / "multirun/two/0")
