"""The estimators of the stored moments do as defined."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numlp.nn.gradient_check_cases import Case
from numlp.nn.mode import TRAINING
from numlp.nn.moments import set_from_batch, update_moving_average
from numlp.nn.network import Network, Pass


def batch_moments(network: Network, x: np.ndarray) -> dict[str, np.ndarray]:
    """The means and variances before each batch norm layer, by the definition."""
    result = {}
    for i in range(1, network.depth):
        s = x @ network.params[f"linear{i}.W"] + network.params[f"linear{i}.b"]
        s = np.maximum(s, 0) if network.norm == "after" else s
        result |= {f"bn{i}.mean": s.mean(0), f"bn{i}.var": s.var(0)}
        y = network.params[f"bn{i}.gamma"] * (s - s.mean(0)) / np.sqrt(s.var(0) + network.eps) + network.params[f"bn{i}.beta"]
        x = np.maximum(y, 0) if network.norm == "before" else y
    return result


@pytest.mark.parametrize("norm", ["before", "after"])
def test_precise_moments_are_the_moments_of_the_one_big_batch(norm: str) -> None:
    network, x, _ = Case("", (6, 5, 4), norm, n=500, d=7).draw()
    set_from_batch(network, x)
    expected = batch_moments(network, x)
    assert list(network.moments.views) == [f"bn{i}.mean" for i in (1, 2, 3)] + [f"bn{i}.var" for i in (1, 2, 3)]
    for name, moment in network.moments.views.items():
        np.testing.assert_allclose(moment, expected[name], rtol=1e-10, err_msg=name)


def test_a_moving_average_starts_at_the_first_batch_and_forgets_at_the_decay() -> None:
    network, _, _ = Case("", (6, 5), "before", d=7).draw()
    batches = np.random.default_rng(0).standard_normal((4, 8, 7)) * np.array([1, 2, 3, 4])[:, None, None]
    decay, batch = 0.7, Pass(network, 8)
    set_from_batch(network, batches[0])
    for x in batches[1:]:
        batch.forward(x, TRAINING)
        update_moving_average(network, batch, decay)
    weights = [decay**3, (1 - decay) * decay**2, (1 - decay) * decay, 1 - decay]
    each = [batch_moments(network, x) for x in batches]
    for name, moment in network.moments.views.items():
        expected = sum(weight * moments[name] for weight, moments in zip(weights, each, strict=True))
        np.testing.assert_allclose(moment, expected, rtol=1e-10, err_msg=name)


@settings(max_examples=30)
@given(decay=st.floats(0, 1, exclude_max=True), seed=st.integers(0, 2**32 - 1))
def test_a_moving_average_moves_the_moments_towards_the_batch_by_one_minus_the_decay(decay: float, seed: int) -> None:
    network, x, _ = Case("", (5,), "before", d=7, seed=seed).draw()
    old = network.moments.vector.copy()
    batch = Pass(network, len(x))
    batch.forward(x, TRAINING)
    update_moving_average(network, batch, decay)
    np.testing.assert_allclose(network.moments.vector, decay * old + (1 - decay) * batch.moments.vector, rtol=1e-12, atol=1e-12)


def test_the_same_batch_again_and_again_is_a_fixed_point() -> None:
    network, x, _ = Case("", (5,), "after", d=7).draw()
    set_from_batch(network, x)
    batch, first = Pass(network, len(x)), network.moments.vector.copy()
    for _ in range(50):
        batch.forward(x, TRAINING)
        update_moving_average(network, batch, 0.9)
    np.testing.assert_allclose(network.moments.vector, first, rtol=1e-12)


def test_estimating_moments_leaves_the_parameters_alone() -> None:
    network, x, _ = Case("", (5,), "before", d=7).draw()
    before = network.params.vector.copy()
    set_from_batch(network, x)
    np.testing.assert_array_equal(network.params.vector, before)


def test_the_reference_of_these_tests_is_not_trivial() -> None:
    network, x, _ = Case("", (6, 5, 4), "before", d=7).draw()
    means = [batch_moments(network, x)[f"bn{i}.mean"] for i in (1, 2, 3)]
    assert all(a.shape != b.shape for a, b in pairwise(means))
    assert all(np.abs(mean).max() > 0.1 for mean in means)
