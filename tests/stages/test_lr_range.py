"""The bounds that the range test reads from a curve, and the command."""

from dataclasses import replace

import numpy as np
import pytest

from numlp.stages.lr_range import find_bounds, rising_rate
from numlp.training.history import Record

FIRST = Record(0, 0.0, 1e-5, 0, 0, 0, 2.3, 2.3, 0.1)


def bounds(accuracies):
    rates = np.geomspace(1e-5, 10, len(accuracies)).tolist()
    return find_bounds([replace(FIRST, eta=eta, val_accuracy=float(a)) for eta, a in zip(rates, accuracies, strict=True)])


@pytest.mark.parametrize(("spacing", "middle"), [("log", 0.1), ("linear", 5.0005)])
def test_rate_rises_from_low_to_high(spacing, middle):
    schedule = rising_rate(1e-3, 10.0, 101, spacing)
    assert [schedule(0), schedule(50), schedule(100)] == pytest.approx([1e-3, middle, 10.0])


def test_bounds_are_where_accuracy_begins_to_rise_and_where_it_is_highest():
    up = np.linspace(0.1, 0.5, 21)
    suggestion = bounds([*[0.1] * 40, *up, *up[::-1]])
    rates = np.geomspace(1e-5, 10, 82)
    assert rates[40] <= suggestion.eta_min <= rates[44]
    assert rates[58] <= suggestion.eta_max <= rates[62]
    assert not suggestion.open


def test_rise_to_the_end_is_open_and_a_flat_curve_gives_nothing():
    assert bounds(np.linspace(0.1, 0.5, 50)).open
    assert bounds(np.full(50, 0.1)) is None


def test_command_draws_and_gives_the_overrides(ready, numlp):
    code, out, err = numlp("lr-range", "data=synthetic", "split=9k", "model=mlp2", "lr_range.epochs=1", "hydra.run.dir=outputs/range")
    assert (code, err) == (0, "")
    assert "numlp train data=synthetic split=9k model=mlp2 schedule=cyclical schedule.eta_min=" in out
    assert {"lr_range.csv", "lr_range.png"} <= {path.name for path in (ready / "outputs/range").iterdir()}
