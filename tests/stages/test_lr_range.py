"""The bounds that the range test reads from a curve, and the command."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from numlp.stages.lr_range import find_bounds
from numlp.training.history import Record

FIRST = Record(0, 0.0, 1e-5, 0, 0, 0, 2.3, 2.3, 0.1)


def bounds(accuracies):
    rates = np.geomspace(1e-5, 10, len(accuracies)).tolist()
    return find_bounds([replace(FIRST, eta=eta, val_accuracy=float(a)) for eta, a in zip(rates, accuracies, strict=True)])


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


@pytest.mark.parametrize(("spacing", "middle"), [("log", 0.01), ("linear", 0.50005)])
def test_command_draws_and_gives_the_overrides(ready, numlp, spacing, middle):
    asked = ["data=synthetic", "split=9k", "model=mlp2", "lr_range.epochs=0.5", "lr_range.low=0.0001", "lr_range.high=1"]
    code, out, err = numlp("lr-range", *asked, f"lr_range.spacing={spacing}", "hydra.run.dir=outputs/range")
    assert (code, err) == (0, "")
    assert "numlp train data=synthetic split=9k model=mlp2 schedule=cyclical schedule.eta_min=" in out
    with (ready / "outputs/range/lr_range.csv").open(newline="") as file:
        rates = [float(row["eta"]) for row in csv.DictReader(file)]
    assert len(rates) == 101
    assert (rates[0], rates[50], rates[-1]) == (pytest.approx(1e-4), pytest.approx(middle, rel=0.2), pytest.approx(1))
    assert (ready / "outputs/range/lr_range.png").exists()
