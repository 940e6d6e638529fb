"""Means over seeds, and how sure they are; in percentage points."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from ladder.rows import Row, of
from ladder.rungs import RUNGS, Rung

LEVEL = 0.95


@dataclass(frozen=True)
class Step:
    """What a rung gives.

    Attributes:
        rung: The rung.
        rows: Its runs, one for each seed.
        mean: Of the test accuracies.
        sd: Their standard deviation; NaN with one seed.
        margin: The accuracy of one more run lies within `mean` +- it, with probability LEVEL; NaN with one seed.
        gain: Mean difference to the rung that it changes, seed by seed; NaN for the first.
        low: Lower end of the interval of `gain`.
        high: Its upper end.
        minutes: Of a run's training, the mean.
        validation: Mean accuracy on the validation split.
    """

    rung: Rung
    rows: Sequence[Row]
    mean: float
    sd: float
    margin: float
    gain: float
    low: float
    high: float
    minutes: float
    validation: float


def accuracy(row: Row, rung: Rung) -> float:
    """Of a run on the test split, in per cent."""
    return 100 * (row.test_flip_accuracy if rung.flipped else row.test_accuracy)


def steps(rows: Sequence[Row]) -> list[Step]:
    """Those of the rungs that have runs, in their order."""
    return [_step(rung, rows) for rung in RUNGS if of(rows, rung.experiment)]


def _step(rung: Rung, rows: Sequence[Row]) -> Step:
    mine = of(rows, rung.experiment)
    found = [accuracy(row, rung) for row in mine]
    mean, sd = _mean(found), _deviation(found)
    before = {row.seed: 100 * row.test_accuracy for row in of(rows, rung.after)}
    pairs = [accuracy(row, rung) - before[row.seed] for row in mine if row.seed in before]
    gain, half = _mean(pairs), _quantile(len(pairs)) * _deviation(pairs) / math.sqrt(max(len(pairs), 1))
    margin = _quantile(len(found)) * sd * math.sqrt(1 + 1 / len(found))
    return Step(
        rung,
        mine,
        mean,
        sd,
        margin,
        gain,
        gain - half,
        gain + half,
        _mean([row.train_seconds for row in mine]) / 60,
        100 * _mean([row.val_accuracy for row in mine]),
    )


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else math.nan


def _deviation(values: Sequence[float]) -> float:
    return stdev(values) if len(values) > 1 else math.nan


def _quantile(n: int) -> float:
    """Of Student's t with n - 1 degrees of freedom, two-sided."""
    from scipy.stats import t

    return float(t.ppf((1 + LEVEL) / 2, n - 1)) if n > 1 else math.nan
