"""Initial weights have the deviations asked for."""

import math

import numpy as np
import pytest

from numlp.errors import UserError
from numlp.nn.initializers import Initializer, gaussian, he, initialize, xavier
from numlp.nn.network import Network

SIZES = (400, 150, 60, 10)


def initialized(std: Initializer, seed: int, dtype: type = np.float64) -> Network:
    network = Network(SIZES, "before", dtype=dtype)
    initialize(network, std, np.random.default_rng(seed))
    return network


@pytest.mark.parametrize(
    ("std", "expected"),
    [(he, lambda d: math.sqrt(2 / d)), (xavier, lambda d: math.sqrt(1 / d)), (gaussian(1e-4), lambda d: 1e-4)],
    ids=["he", "xavier", "gaussian"],
)
def test_each_layers_weights_have_the_deviation_of_their_fan_in(std: Initializer, expected: Initializer) -> None:
    network = initialized(std, seed=0)
    for index, fan_in in enumerate(SIZES[:-1], start=1):
        W = network.params[f"linear{index}.W"]
        assert W.std() == pytest.approx(expected(fan_in), rel=4 / math.sqrt(2 * W.size))
        assert abs(W.mean()) < 4 * expected(fan_in) / math.sqrt(W.size)


def test_the_other_parameters_and_moments_start_at_0_and_1() -> None:
    network = initialized(he, seed=0)
    for name, view in {**network.params.views, **network.moments.views}.items():
        if not name.endswith("W"):
            assert (view == name.endswith(("gamma", "var"))).all(), name


def test_float32_and_float64_start_from_the_same_weights() -> None:
    single, double = initialized(he, seed=3, dtype=np.float32), initialized(he, seed=3)
    assert single.params.vector.dtype == np.float32
    np.testing.assert_array_equal(single.params.vector, double.params.vector.astype(np.float32))


def test_another_seed_draws_other_weights_and_the_same_seed_the_same() -> None:
    first = initialized(xavier, seed=1).weights
    np.testing.assert_array_equal(first, initialized(xavier, seed=1).weights)
    assert np.abs(first - initialized(xavier, seed=2).weights).max() > 0.01


@pytest.mark.parametrize("sigma", [0.0, -1.0, math.inf, math.nan])
def test_a_sigma_that_is_no_positive_number_is_refused(sigma: float) -> None:
    with pytest.raises(UserError, match=r"init\.sigma: expected a number above 0, got "):
        gaussian(sigma)
