"""The reports' searches, done again with draws of our own: each later range is narrowed from the best of the search before it.

They are no sweeps of numlp's: each later range is factors of the best value, not clipped to the range before it, and the draws, which
results/ holds, are of this module's random stream, not of Optuna's samplers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from numlp.errors import require
from reproduction.results import OWN

STREAM = 3  # number of these draws among a seed's random streams; a run has others


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`: drawn log-uniformly where it is `log`, else even steps."""

    low: float
    high: float
    log: bool = False

    def values(self, count: int, rng: np.random.Generator) -> list[float]:
        """`count` values of the range."""
        if self.log:
            return [float(value) for value in 10 ** rng.uniform(np.log10(self.low), np.log10(self.high), count)]
        return [float(value) for value in np.linspace(self.low, self.high, count)]


@dataclass(frozen=True)
class Search:
    """A search of ours by `count` runs, whose `number` tells its random stream from the others'.

    The ends of its ranges are factors of the best value of the experiment `after`, where there is one.
    """

    number: int
    count: int
    ranges: Mapping[str, Range]
    after: str | None = None


HALF_DECADE = 10**0.5
COARSE = {"lam": Range(1e-5, 1e-1, log=True)}
AROUND = {"lam": Range(1 / HALF_DECADE, HALF_DECADE, log=True)}
SEARCHES = {
    "e05": Search(5, 3, COARSE),
    "e06": Search(6, 3, AROUND, after="e05"),  # R0 went from 10^-2.448 to 10^-2.961 .. 10^-1.959
    "e07": Search(7, 3, {"lam": Range(0.8, 1.7)}, after="e06"),  # R0: from 0.00477 to 0.0038 .. 0.0081
    "e14": Search(14, 3, COARSE),
    "e15": Search(15, 3, {"lam": Range(0.4, 8.0, log=True)}, after="e14"),  # R1: from 0.01 to 0.004 .. 0.08
    "e21": Search(21, 4, COARSE),
    "e22": Search(22, 4, AROUND, after="e21"),  # R2 took one decade too
    "e31": Search(31, 25, {"schedule.eta": Range(1e-3, 1e-2, log=True), "lam": Range(1e-5, 1e-4, log=True)}),
}


def best_value(accuracies: Mapping[str, float]) -> float:
    """The lambda of our own draws with the highest validation accuracy, by their keys, the first of equals; no test image has a say."""
    return float(max(accuracies, key=accuracies.__getitem__).removeprefix(f"{OWN}lam="))


def draw(search: Search, seed: int, center: float | None = None) -> list[tuple[str, ...]]:
    """The overrides of each run, e.g. ("lam=0.0123",).

    Args:
        search: What is searched.
        seed: Of the draws.
        center: The best value of the search before; None for a first search.
    """
    fits = (center is None) == (search.after is None)
    require(fits, "search", "the best value of the search before it, and none for a first search", center=center, after=search.after)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAM, search.number)))
    factor = 1.0 if center is None else center
    ranges = {key: replace(r, low=factor * r.low, high=factor * r.high) for key, r in search.ranges.items()}
    columns = [[f"{key}={value!r}" for value in r.values(search.count, rng)] for key, r in ranges.items()]
    return list(zip(*columns, strict=True))
