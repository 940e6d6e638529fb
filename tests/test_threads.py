"""The same bits with one BLAS thread, as in a sweep's worker, and with two."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import hashlib, sys
import numpy as np
from numlp.data.preprocess import Part
from numlp.history import Record
from numlp.nn.initialisers import he, initialise
from numlp.nn.network import Network
from numlp.optim.optimisers import Sgd
from numlp.optim.schedules import cyclical
from numlp.train import Plan, train
from threadpoolctl import threadpool_info

hidden, norm = eval(sys.argv[1]), sys.argv[2]
rng = np.random.default_rng(0)
x, labels = rng.normal(size=(2300, 3072)).astype(np.float32), rng.integers(0, 10, 2300)
network = Network((3072, *hidden, 10), norm)
initialise(network, he, rng)
plan = Plan(60, 100, cyclical(1e-5, 1e-1, 20), 0.005, 0.9, 1, frozenset({0, 30, 60}))
optimiser = Sgd(network.params.vector, network.weights.size)
records = list(train(network, optimiser, Part(x[:2000], labels[:2000]), Part(x[2000:], labels[2000:]), plan))
assert max(pool["num_threads"] for pool in threadpool_info()) == int(sys.argv[3]), threadpool_info()
print(hashlib.sha256(network.params.vector.tobytes() + network.moments.vector.tobytes() + repr(records).encode()).hexdigest())
"""


def digest(hidden, norm, threads):
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": str(threads)}
    command = [sys.executable, "-c", SCRIPT, repr(hidden), norm, str(threads)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="needs two cores")
@pytest.mark.parametrize(
    ("hidden", "norm"), [([50, 50], "before"), ([50, 30, 20, 20, 10, 10, 10, 10], "after"), ([200], "none")], ids=["three", "nine", "wide"]
)
def test_history_and_model_are_the_same_bits_on_one_and_two_threads(hidden, norm):
    assert digest(hidden, norm, 1) == digest(hidden, norm, 2)
