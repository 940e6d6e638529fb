"""The learning-rate range test: what a rate that rises through a short training says about its bounds.

Source: Smith 2017, arXiv:1506.01186, section 3.3. He raises the rate linearly between bounds that he has an idea of; by equal
factors the test finds them over decades.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from numlp.arrays import Array
from numlp.optim.schedules import Schedule
from numlp.training.history import Record

WINDOW = 5  # records that a point of the smoothed accuracy is the mean of
BEGINS = 0.1  # share of the whole rise at which the accuracy has begun to rise
LEAST = 0.05  # rise of the accuracy below which there is nothing to suggest


@dataclass(frozen=True)
class Bounds:
    """Bounds for the rate.

    Attributes:
        eta_min: From which on the accuracy rises.
        eta_max: After which it falls.
        open: It has not fallen yet: the range ends too early.
    """

    eta_min: float
    eta_max: float
    open: bool


def rising_rate(low: float, high: float, steps: int, spacing: str) -> Schedule:
    """From `low` at the first of `steps` updates to `high` at the last, by equal factors (log) or differences (linear)."""
    last = max(steps - 1, 1)
    if spacing == "linear":
        return lambda step: low + (high - low) * step / last
    return lambda step: float(low * (high / low) ** (step / last))


def smooth_accuracy(records: Sequence[Record]) -> Array:
    """Validation accuracy, each point the mean of the `WINDOW` records about it."""
    accuracy = np.array([record.val_accuracy for record in records])
    return np.convolve(np.pad(accuracy, WINDOW // 2, mode="edge"), np.full(WINDOW, 1 / WINDOW), "valid")


def find_bounds(records: Sequence[Record]) -> Bounds | None:
    """The bounds that the accuracy gives; None when it hardly rises.

    Rates are rounded to two digits.
    """
    accuracy, eta = smooth_accuracy(records), [record.eta for record in records]
    peak = int(accuracy.argmax())
    rise = accuracy[peak] - accuracy[0]
    if rise < LEAST:
        return None
    low = np.flatnonzero(accuracy[:peak] < accuracy[0] + BEGINS * rise)
    begin = int(low[-1]) + 1
    return Bounds(_two_digits(eta[begin]), _two_digits(eta[peak]), peak >= len(records) - WINDOW)


def _two_digits(eta: float) -> float:
    return float(f"{eta:.1e}")
