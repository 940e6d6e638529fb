"""Repeated measurements, one at a time and in turn, and their median and spread."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

PAUSE = 0.05  # seconds between measurements: threads that wait for work in a loop have gone to sleep by then

Key = TypeVar("Key")
Measure = Callable[[], float]


@dataclass(frozen=True)
class Spread:
    """Median and quartiles of `n` repeats."""

    median: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{_number(self.median)} ({_number(self.low)} to {_number(self.high)})"


def spread(values: Sequence[float]) -> Spread:
    """Median and quartiles, linear between neighbours."""
    low, median, high = np.quantile(values, (0.25, 0.5, 0.75)).tolist()
    return Spread(median, low, high, len(values))


def ratio(above: Sequence[float], below: Sequence[float]) -> Spread:
    """Spread of the ratios, each of two measurements of the same round: what slows a whole round down leaves it as it is."""
    return spread([a / b for a, b in zip(above, below, strict=True)])


def rounds(measures: Mapping[Key, Measure], repeats: int, pause: float = PAUSE) -> dict[Key, list[float]]:
    """Take every measurement once a round, in turn (A B A B), never two at once."""
    found: dict[Key, list[float]] = {name: [] for name in measures}
    for _ in range(repeats):
        for name, measure in measures.items():
            time.sleep(pause)
            found[name].append(measure())
    return found


def _number(value: float) -> str:
    """Three significant digits, without an exponent."""
    digits = max(0, 2 - int(np.floor(np.log10(abs(value))))) if value else 0
    return f"{value:,.{digits}f}"
