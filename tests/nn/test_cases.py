"""The reports' gradient checks are here with their settings, and pass."""

from dataclasses import replace

import numpy as np
import pytest

from numlp.nn.cases import CASES, Case

PUBLISHED = [
    ("G1", (50,), "before", 3, 10, 1e-5),
    ("G1", (50, 50), "before", 3, 10, 1e-5),
    ("G1", (50, 50, 30), "before", 3, 10, 1e-5),
    ("G2", (4, 5, 6), "before", 6, 3, 1e-6),
    ("G3", (50,), "none", 2, 3072, 1e-5),
    ("G4", (20,), "none", 100, 3072, 1e-6),
    ("G4", (20, 20), "none", 100, 3072, 1e-6),
    ("G4", (20, 20, 10), "none", 100, 3072, 1e-6),
    ("G4", (20,), "before", 100, 3072, 1e-6),
    ("G4", (20, 20), "before", 100, 3072, 1e-6),
    ("G4", (20, 20, 10), "before", 100, 3072, 1e-6),
    ("G5", (5, 5), "after", 10, 10, 1e-5),
]


def test_the_cases_have_the_settings_of_the_reports() -> None:
    assert [(c.name, c.hidden, c.norm, c.n, c.d, c.h) for c in CASES] == PUBLISHED
    assert {(c.lam, c.classes) for c in CASES} == {(0.0, 10)}
    assert {c.name for c in CASES if c.init(50) == 0.01} == {"G1"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.norm}-{case.hidden}")
def test_each_case_passes_with_a_tenfold_margin(case: Case) -> None:
    quick = replace(case, samples=None if case.d < 3072 else 60)
    differences = quick.check(tolerance=1e-7)
    assert [difference for difference in differences if not difference.passed] == []


def test_parameters_are_drawn_so_that_none_is_at_its_initial_value() -> None:
    network, x, labels = CASES[1].draw()
    assert np.abs(network.params.vector).min() > 0
    assert np.abs(network.params["bn1.gamma"] - 1).min() > 0
    assert network.dtype == np.float64
    assert (x.shape, labels.shape) == ((3, 10), (3,))


def test_a_case_draws_the_same_network_and_batch_again() -> None:
    first, second = CASES[3].draw(), CASES[3].draw()
    np.testing.assert_array_equal(first[0].params.vector, second[0].params.vector)
    np.testing.assert_array_equal(first[1], second[1])
    np.testing.assert_array_equal(first[2], second[2])


@pytest.mark.parametrize("norm", ["none", "before", "after"])
def test_the_default_step_and_batch_suit_nine_layers(norm: str) -> None:
    differences = Case("mlp9", (50, 30, 20, 20, 10, 10, 10, 10), norm, samples=10).check()
    assert [difference for difference in differences if not difference.passed] == []
