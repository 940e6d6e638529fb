"""The estimators of the stored moments, against their definitions."""

import numpy as np
import pytest

from numlp.nn.gradient_check_cases import Case
from numlp.nn.moments import set_from_batch


def batch_moments(network, x):
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
def test_precise_moments_are_those_of_one_big_batch_and_leave_the_parameters_alone(norm):
    network, x, _ = Case("", (6, 5, 4), norm, n=500, d=7).draw()
    params = network.params.vector.copy()
    set_from_batch(network, x)
    expected = batch_moments(network, x)
    assert list(network.moments.views) == [f"bn{i}.mean" for i in (1, 2, 3)] + [f"bn{i}.var" for i in (1, 2, 3)]
    for name, moment in network.moments.views.items():
        np.testing.assert_allclose(moment, expected[name], rtol=1e-10, err_msg=name)
    np.testing.assert_array_equal(network.params.vector, params)
