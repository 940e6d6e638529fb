"""Two classifiers on the same images, against closed forms."""

import numpy as np
import pytest

from numlp.analysis.paired_test import compare_paired


def masks(both, first, second, neither):
    pairs = [(True, True)] * both + [(True, False)] * first + [(False, True)] * second + [(False, False)] * neither
    left, right = np.array(pairs).T
    return left, right


def test_counts_accuracies_and_mcnemar_s_exact_p():
    found = compare_paired(*masks(50, 1, 7, 42))
    assert (found.n, found.accuracies, found.difference) == (100, (0.51, 0.57), pytest.approx(0.06))
    assert found.p == pytest.approx(2 * (1 + 8) / 2**8)


def test_the_interval_is_that_of_a_paired_mean():
    found = compare_paired(*masks(5000, 800, 1000, 3200))
    half = 1.96 * np.sqrt((0.18 - 0.02**2) / 10_000)
    assert (found.low, found.high) == (pytest.approx(0.02 - half, abs=4e-4), pytest.approx(0.02 + half, abs=4e-4))


def test_equal_answers_are_no_difference():
    found = compare_paired(*masks(5, 0, 0, 5))
    assert (found.low, found.high, found.p) == (0, 0, 1)
