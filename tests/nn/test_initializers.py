"""Initial weights have the deviations asked for."""

import math

import numpy as np
import pytest

from numlp.errors import UserError
from numlp.nn.initializers import gaussian, he, initialize, xavier
from numlp.nn.network import Network

SIZES = (400, 150, 60, 10)


def initialized(std, seed, dtype=np.float64):
    network = Network(SIZES, "before", dtype=dtype)
    initialize(network, std, np.random.default_rng(seed))
    return network


@pytest.mark.parametrize(
    ("std", "expected"),
    [(he, lambda d: math.sqrt(2 / d)), (xavier, lambda d: math.sqrt(1 / d)), (gaussian(1e-4), lambda d: 1e-4)],
    ids=["he", "xavier", "gaussian"],
)
def test_weights_have_the_deviation_of_their_fan_in_and_the_others_start_at_0_and_1(std, expected):
    network = initialized(std, seed=0)
    for index, fan_in in enumerate(SIZES[:-1], start=1):
        W = network.params[f"linear{index}.W"]
        assert W.std() == pytest.approx(expected(fan_in), rel=4 / math.sqrt(2 * W.size))
        assert abs(W.mean()) < 4 * expected(fan_in) / math.sqrt(W.size)
    for name, view in {**network.params.views, **network.moments.views}.items():
        assert name.endswith("W") or (view == name.endswith(("gamma", "var"))).all(), name


@pytest.mark.parametrize("sigma", [0.0, -1.0, math.inf, math.nan])
def test_sigma_that_is_no_positive_number_is_refused(sigma):
    with pytest.raises(UserError, match=r"init\.sigma"):
        gaussian(sigma)


@pytest.mark.parametrize("std", [gaussian, 0.01])
def test_distribution_that_is_no_function_of_the_fan_in_is_refused_with_a_remedy(std):
    with pytest.raises(UserError, match=r"numlp\.gaussian\(0\.01\)"):
        initialized(std, 0)
