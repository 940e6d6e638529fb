"""Two classifiers on the same images, against closed forms."""

import numpy as np
import pytest

from numlp.compare.paired_test import compare_paired


def paired(both, first, second, neither):
    pairs = [(True, True)] * both + [(True, False)] * first + [(False, True)] * second + [(False, False)] * neither
    return compare_paired(*np.array(pairs).T)


def test_counts_give_accuracies_and_exact_p():
    test = paired(50, 1, 7, 42)
    assert (test.n, test.accuracies, test.difference) == (100, (0.51, 0.57), pytest.approx(0.06))
    assert test.p == pytest.approx(2 * (1 + 8) / 2**8)


def test_interval_is_that_of_a_paired_mean():
    test = paired(5000, 800, 1000, 3200)
    half = 1.96 * np.sqrt((0.18 - 0.02**2) / 10_000)
    assert (test.low, test.high) == (pytest.approx(0.02 - half, abs=4e-4), pytest.approx(0.02 + half, abs=4e-4))


def test_equal_answers_are_no_difference():
    test = paired(5, 0, 0, 5)
    assert (test.low, test.high, test.p) == (0, 0, 1)
