"""The reports' searches, done again with draws of our own: each later range is narrowed from the best of the search before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from numlp.errors import require
from numlp.training.build import SEARCH


@dataclass(frozen=True)
class Range:
    """Values from `low` to `high`: drawn log-uniformly, or in even steps.

    After another search, `low` and `high` are factors of the value that had the best validation accuracy there.
    """

    low: float
    high: float
    kind: Literal["log-uniform", "even"] = "log-uniform"


@dataclass(frozen=True)
class Search:
    """A search of ours.

    Attributes:
        number: Of the experiment; it tells this search's random stream from the others'.
        count: Runs.
        ranges: By key.
        after: The experiment whose best value the ranges are factors of.
    """

    number: int
    count: int
    ranges: Mapping[str, Range]
    after: str | None = None


HALF_DECADE = 10**0.5
COARSE = {"lam": Range(1e-5, 1e-1)}
AROUND = {"lam": Range(1 / HALF_DECADE, HALF_DECADE)}
SEARCHES = {
    "e05": Search(5, 10, COARSE),
    "e06": Search(6, 10, AROUND, after="e05"),  # R0 went from 10^-2.448 to 10^-2.961 .. 10^-1.959
    "e07": Search(7, 10, {"lam": Range(0.8, 1.7, "even")}, after="e06"),  # R0: from 0.00477 to 0.0038 .. 0.0081
    "e14": Search(14, 5, COARSE),
    "e15": Search(15, 6, {"lam": Range(0.4, 8.0)}, after="e14"),  # R1: from 0.01 to 0.004 .. 0.08
    "e21": Search(21, 8, COARSE),
    "e22": Search(22, 16, AROUND, after="e21"),  # R2 took one decade too
    "e31": Search(31, 25, {"schedule.eta": Range(1e-3, 1e-2), "lam": Range(1e-5, 1e-4)}),
}


@dataclass(frozen=True)
class Tried:
    """A run of an earlier search: its value, and its validation accuracy as a fraction."""

    value: float
    val_accuracy: float


def best(tried: Sequence[Tried]) -> float:
    """The value with the highest validation accuracy, the first of equals; no test image has a say."""
    require(len(tried) > 0, "search", "runs of the search before it")
    return max(tried, key=lambda run: run.val_accuracy).value


def draws(search: Search, seed: int, centre: float | None = None) -> list[tuple[str, ...]]:
    """The overrides of each run, e.g. ("lam=0.0123",).

    Args:
        search: What is searched.
        seed: Of the draws.
        centre: The best value of the search before; None for a first search.
    """
    fits = (centre is None) == (search.after is None)
    require(fits, "search", "the best value of the search before it, and none for a first search", centre=centre, after=search.after)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(SEARCH, search.number)))
    factor = 1.0 if centre is None else centre
    columns = [[f"{key}={value!r}" for value in _values(r, factor, search.count, rng)] for key, r in search.ranges.items()]
    return list(zip(*columns, strict=True))


def _values(r: Range, factor: float, count: int, rng: np.random.Generator) -> list[float]:
    low, high = factor * r.low, factor * r.high
    values = np.linspace(low, high, count) if r.kind == "even" else 10 ** rng.uniform(np.log10(low), np.log10(high), count)
    return [float(value) for value in values]
