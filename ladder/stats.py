"""Means over seeds, and how sure they are; in percentage points."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from ladder.rows import Row, of
from ladder.rungs import RUNGS, Rung
from reproduction.significance import estimate, predict_one_more


@dataclass(frozen=True)
class Step:
    """The result of a rung: mean and deviation of the test accuracies, and the mean gain over the rung that it changes with its interval.

    One more run lies within `mean` +- `margin`, with 95 % probability. With one seed, and for the first rung's gain, numbers are NaN.
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
    ours = estimate([accuracy(row, rung) for row in mine])
    before = {row.seed: 100 * row.test_accuracy for row in of(rows, rung.after)}
    gain = estimate([accuracy(row, rung) - before[row.seed] for row in mine if row.seed in before])
    minutes, validation = fmean(row.train_seconds for row in mine) / 60, 100 * fmean(row.val_accuracy for row in mine)
    return Step(rung, mine, ours.mean, ours.std, predict_one_more(ours)[1] - ours.mean, gain.mean, gain.low, gain.high, minutes, validation)


def table_row(step: Step) -> str:
    """The row of docs/ladder.md's table."""
    after = next((rung.number for rung in RUNGS if rung.experiment == step.rung.after), "")
    test = f"{step.mean:.2f}" + ("" if math.isnan(step.sd) else f" ± {step.sd:.2f}") + f" (n = {len(step.rows)})"
    first, interval = step.rows[0], _interval(step.low, step.high, "+.2f")
    more = _interval(step.mean - step.margin, step.mean + step.margin, ".2f")
    cells = (f"{step.rung.number} `{step.rung.experiment}`", step.rung.change, after, test, _signed(step.gain, "+.2f"), interval, more)
    numbers = (f"{step.minutes:.1f}", f"{step.validation:.2f}", f"{first.epochs:g}", f"{first.parameters:,}")
    return f"| {' | '.join(map(str, (*cells, *numbers)))} |"


def _interval(low: float, high: float, form: str) -> str:
    return "-" if math.isnan(low) else f"{_signed(low, form)} to {_signed(high, form)}"


def _signed(value: float, form: str) -> str:
    return "-" if math.isnan(value) else f"{value:{form}}".replace("-", "\N{MINUS SIGN}")
