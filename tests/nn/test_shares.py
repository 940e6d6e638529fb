"""Shares of layers: several threads compute what one does, in float64, and numlp train takes them from some width on."""

import numpy as np
import pytest

from numlp.data.normalise import Part
from numlp.nn import shares
from numlp.nn.activations import Gelu, LeakyRelu, Relu, Silu
from numlp.nn.initializers import he, initialize
from numlp.nn.loss import cross_entropy_gradient
from numlp.nn.mode import PREDICTION, Mode
from numlp.nn.network import Network, Pass
from numlp.nn.shares import SharedPass
from numlp.optim.optimizers import Sgd
from numlp.training.plan import Plan
from numlp.training.trainer import State, Trainer


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("rates", [(0, 0), (0.3, 0.2)])
@pytest.mark.parametrize("hidden", [(24,), (24, 5, 32), (31, 17), (3, 3)])
@pytest.mark.parametrize("activation", [Relu, LeakyRelu, Gelu, Silu])
@pytest.mark.parametrize("norm", ["none", "before", "after"])
def test_threads_compute_what_one_does(monkeypatch, norm, activation, hidden, rates, threads):
    monkeypatch.setattr(shares, "NARROW", 4)  # layers of 3 and of 5 units have columns in one share alone
    rng = np.random.default_rng(0)
    network = Network((40, *hidden, 3), norm, 1e-5, np.float64, *rates, activation=activation)
    initialize(network, he, rng)
    results = []
    for x in (rng.standard_normal((10, 40)), rng.standard_normal((4, 40))):
        for batch in (Pass(network), SharedPass(network, threads)):
            network.grads.vector[...] = np.nan
            logits = batch.forward(x, Mode(batch_moments=True, noise=(0, 1))).copy()
            batch.backward(cross_entropy_gradient(logits, np.arange(len(x)) % 3))
            arrays = logits, network.grads.vector.copy(), batch.moments.vector.copy(), batch.forward(x, PREDICTION).copy()
            results.append(np.concatenate([array.ravel() for array in arrays]))
    for one, several in zip(results[::2], results[1::2], strict=True):
        np.testing.assert_allclose(several, one, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("hidden", "threads", "expected"), [((600, 50), 2, (2, 1)), ((599,), 2, (1, 2)), ((600,), 1, (1, 1))])
def test_wide_layers_are_shared_by_threads_and_narrow_products_left_to_blas(hidden, threads, expected):
    part = Part(np.zeros((4, 6), np.float32), np.arange(4) % 2)
    plan = Plan(1, 4, lambda step: 0.1, lam=0.0, ema_decay=0.9, batch_seed=0, record_at=frozenset(), threads=threads)
    network = Network((6, *hidden, 2))
    trainer = Trainer(State(network, Sgd(network)), part, part, plan)
    assert (trainer.buffers.threads, trainer.blas_threads) == expected
