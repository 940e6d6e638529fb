"""From one number a seed to the intervals of a mean and of one more run."""

import math

import numpy as np
import pytest

from reproduction.significance import estimate, predict_one_more


def test_one_more_run_is_looked_for_where_students_t_has_it():
    """For 1, 2, 3: the mean 2, the deviation 1, and t = 4.3027 of two degrees of freedom."""
    low, high = predict_one_more(estimate([1.0, 2.0, 3.0]))
    half = 4.30265 * math.sqrt(1 + 1 / 3)
    assert (low, high) == pytest.approx((2 - half, 2 + half), abs=1e-4)


def test_one_run_says_nothing_of_the_next():
    assert all(map(math.isnan, predict_one_more(estimate([50.0]))))


def test_one_more_run_lies_in_its_interval_19_times_of_20():
    draws = np.random.default_rng(5).normal(50.0, 2.0, (2000, 6))
    intervals = [predict_one_more(estimate(row[:5])) for row in draws]
    inside = [low <= row[5] <= high for row, (low, high) in zip(draws, intervals, strict=True)]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.015)
