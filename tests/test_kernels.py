"""A run has the same bits on one kernel of BLAS, however many cores the machine has; golden values hold on each kernel."""

import json
import subprocess
import sys

import pytest

from budget import ROOT
from kernels import KERNELS, environment, runs

NETWORKS = {"three": ([50, 50], "before"), "nine": ([50, 30, 20, 20, 10, 10, 10, 10], "after"), "wide": ([200], "none")}
SCRIPT = """
import hashlib, json, os, sys
networks, threads, core = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "one core"
if core and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
import numpy as np
from numlp.data.normalise import Part
from numlp.nn.initializers import he, initialize
from numlp.nn.network import Network
from numlp.optim.optimizers import Sgd
from numlp.optim.schedules import Cyclical
from numlp.training.plan import Plan
from numlp.training.trainer import train

digests = {}
for name, (hidden, norm) in networks.items():
    rng = np.random.default_rng(0)
    x, labels = rng.standard_normal((1300, 3072), np.float32), rng.integers(0, 10, 1300)
    network = Network((3072, *hidden, 10), norm)
    initialize(network, he, rng)
    plan = Plan(12, 100, Cyclical(1e-5, 1e-1, 4).rates(1, 12), 0.005, 0.9, 1, frozenset({0, 6, 12}), threads=threads)
    optimizer = Sgd(network.params.vector, network.weights.size)
    records = list(train(network, optimizer, Part(x[:1000], labels[:1000]), Part(x[1000:], labels[1000:]), plan))
    content = network.params.vector.tobytes() + network.moments.vector.tobytes() + repr(records).encode()
    digests[name] = hashlib.sha256(content).hexdigest()
print(json.dumps(digests))
"""


def digests(kernel, threads, cores="all cores", blas="2"):
    command = [sys.executable, "-c", SCRIPT, json.dumps(NETWORKS), str(threads), cores]
    env = environment(kernel, OPENBLAS_NUM_THREADS=blas)
    return json.loads(subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout)


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel or "own")
def test_bits_follow_from_the_threads_of_the_run_and_not_from_the_machine(kernel, threads):
    if not runs(kernel):
        pytest.skip("this CPU does not run the kernel")
    assert digests(kernel, threads) == digests(kernel, threads, cores="one core", blas="1")


@pytest.mark.slow
@pytest.mark.parametrize("kernel", KERNELS[1:])
def test_golden_values_hold_on_the_kernel(kernel):
    if not runs(kernel):
        pytest.skip("this CPU does not run the kernel")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "tests/golden"]
    done = subprocess.run(command, env=environment(kernel), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
