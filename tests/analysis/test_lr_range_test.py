"""What the range test reads from a curve."""

from dataclasses import replace

import numpy as np
import pytest

from numlp.analysis.lr_range_test import find_bounds, rising_rate
from numlp.training.history import Record

FIRST = Record(0, 0.0, 1e-5, 0, 0, 0, 2.3, 2.3, 0.1)


def curve(accuracies):
    rates = np.geomspace(1e-5, 10, len(accuracies))
    return [replace(FIRST, step=i, eta=float(eta), val_accuracy=float(a)) for i, (eta, a) in enumerate(zip(rates, accuracies, strict=True))]


@pytest.mark.parametrize(("spacing", "middle"), [("log", 0.1), ("linear", 5.0005)])
def test_the_rate_rises_from_low_to_high(spacing, middle):
    schedule = rising_rate(1e-3, 10.0, 101, spacing)
    assert [schedule(0), schedule(50), schedule(100)] == pytest.approx([1e-3, middle, 10.0])


def test_the_bounds_are_where_the_accuracy_begins_to_rise_and_where_it_is_highest():
    up = np.linspace(0.1, 0.5, 21)
    found = find_bounds(curve([*[0.1] * 40, *up, *up[::-1]]))
    assert found is not None
    rates = np.geomspace(1e-5, 10, 82)
    assert rates[40] <= found.eta_min <= rates[44]
    assert rates[58] <= found.eta_max <= rates[62]
    assert not found.open


def test_a_rise_to_the_end_is_open_and_a_flat_curve_gives_nothing():
    rise = find_bounds(curve(np.linspace(0.1, 0.5, 50)))
    assert rise is not None
    assert rise.open
    assert find_bounds(curve(np.full(50, 0.1))) is None
