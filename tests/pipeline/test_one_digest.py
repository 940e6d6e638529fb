"""One configuration, one model: alone, on one core, and in a sweep's worker, on each kernel of OpenBLAS; golden values hold on each.

OpenBLAS's makers write a kernel for one kind of CPU each; a newer CPU runs an older one as well.
"""

import os
import subprocess
import sys

import pytest

from budget import ROOT
from numlp.files import sha256

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's affinity of processes")]

RUN = ["data=synthetic", "split=9k", "train.epochs=0.5", "then=[]"]
NAMED = "from threadpoolctl import threadpool_info; import numpy; print([pool.get('architecture') for pool in threadpool_info()])"


def environment(kernel, **others):
    """The environment of a process that runs `kernel`, or the CPU's own; skips where the CPU or this BLAS does not run it."""
    env = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"} | others
    if kernel:
        env["OPENBLAS_CORETYPE"] = kernel
        if kernel not in subprocess.run([sys.executable, "-c", NAMED], env=env, capture_output=True, text=True, check=False).stdout:
            pytest.skip("this CPU does not run the kernel")
    return env


def digests(folder):
    return [sha256(folder / name) for name in ("model.npz", "history.csv")]


@pytest.mark.parametrize(
    ("kernel", "settings"),
    [("", ["model=mlp3"])] + [("Haswell", [f"model.hidden=[{width},50]", "norm=after", "train.threads=2"]) for width in (200, 700)],
    ids=["own", "Haswell, two threads", "Haswell, shares of layers"],
)
def test_run_has_one_digest_wherever_and_however_it_is_made(ready, kernel, settings):
    def train(threads, *arguments, **options):
        command = [sys.executable, "-m", "numlp", "train", *RUN, *settings, *arguments]
        subprocess.run(command, cwd=ready, env=environment(kernel, OPENBLAS_NUM_THREADS=threads), check=True, **options)

    train("2", "hydra.run.dir=outputs/alone")
    train("1", "hydra.run.dir=outputs/core", preexec_fn=lambda: os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]))
    train("1", "-m", "seed=0,1", "hydra.launcher.n_jobs=2", "hydra.sweep.dir=multirun/two")
    assert digests(ready / "outputs/alone") == digests(ready / "outputs/core") == digests(ready / "multirun/two/0")


def test_golden_values_hold_on_an_older_kernel():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "tests/golden"]
    done = subprocess.run(command, env=environment("Haswell"), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
