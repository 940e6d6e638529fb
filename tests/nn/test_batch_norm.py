"""Batch normalization, seen through networks that have it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numlp.nn.gradient_check_cases import Case
from numlp.nn.loss import cross_entropy_gradient
from numlp.nn.mode import PREDICTION, TRAINING
from numlp.nn.network import Network, Pass


def logits_of(network, x, mode=TRAINING):
    return Pass(network).forward(x, mode).copy()


@settings(max_examples=20)
@pytest.mark.parametrize("norm", ["before", "after"])
@given(scale=st.floats(1e-3, 1e3), shift=st.floats(-100, 100), seed=st.integers(0, 2**32 - 1))
def test_batch_norm_ignores_the_scale_of_its_input_and_before_the_activation_its_shift(norm, scale, shift, seed):
    network, x, _ = Case("", (5,), norm, n=30, d=7, seed=seed).draw()
    expected = logits_of(network, x)
    network.params["linear1.W"][...] *= scale
    network.params["linear1.b"][...] *= scale
    network.params["linear1.b"][...] += shift if norm == "before" else 0
    np.testing.assert_allclose(logits_of(network, x), expected, rtol=1e-6, atol=1e-6)


def test_eps_is_added_to_the_variance():
    network = Network((1, 1, 1), "before", eps=3.0, dtype=np.float64)
    network.params["linear1.W"][...] = network.params["linear2.W"][...] = 1.0
    y = logits_of(network, np.array([[-1.0], [1.0]]))  # variance 1, divided by sqrt(1 + 3)
    np.testing.assert_allclose(y, [[0.0], [0.5]], rtol=1e-15)


def test_prediction_uses_the_stored_moments_whatever_the_batch():
    network, x, _ = Case("", (5, 4), "before", n=12, d=7).draw()
    rng = np.random.default_rng(1)
    for name, view in network.moments.views.items():
        view[...] = rng.uniform(0.5, 2, view.shape) if name.endswith("var") else rng.normal(size=view.shape)
    together = logits_of(network, x, PREDICTION)
    alone = np.concatenate([logits_of(network, row[None], PREDICTION) for row in x])
    np.testing.assert_allclose(together, alone, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("norm", ["before", "after"])
@pytest.mark.parametrize("x", [np.full((6, 7), 0.1), np.zeros((6, 7)), np.full((1, 7), 3.0)], ids=["constant", "zero", "one image"])
def test_batch_without_variance_gives_finite_values_and_gradients(norm, dtype, x):
    drawn = Case("", (5, 4), norm, d=7).draw()[0]
    network = Network(drawn.sizes, norm, dtype=dtype)
    network.params.vector[:] = drawn.params.vector
    batch = Pass(network)
    logits = batch.forward(x.astype(dtype), TRAINING)
    batch.backward(cross_entropy_gradient(logits, np.zeros(len(x), int)))
    for values in (logits, batch.moments.vector, network.grads.vector):
        assert np.isfinite(values).all()
