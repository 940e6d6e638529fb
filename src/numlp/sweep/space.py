"""The space that a sweep searches, read from Hydra's own words, and narrowed from one round to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from hydra.core.override_parser.types import IntervalSweep, Override, Sweep
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from numlp.errors import require

SEED = "seed"  # the key whose values repeat a trial

Point: TypeAlias = dict[str, str]
"""A trial's values by key, each as an override's text."""


@dataclass(frozen=True)
class Choice:
    """One of `values`; `ordered` if they are steps of a range, of which Optuna gets the places, so that their order counts."""

    values: tuple[str, ...]
    ordered: bool = False

    @property
    def distribution(self) -> BaseDistribution:
        """The dimension as Optuna has it."""
        return IntDistribution(0, len(self.values) - 1) if self.ordered else CategoricalDistribution(self.values)

    def decode(self, value: Any) -> str:
        """Optuna's value as the text of an override."""
        return self.values[value] if self.ordered else str(value)

    def grid(self, points: int) -> tuple[str, ...]:
        return self.values

    def narrow(self, best: Sequence[str], margin: float) -> "Choice":
        """The values among the best; of steps, those between them and one beyond on either side."""
        places = [self.values.index(text) for text in best]
        if self.ordered:
            return replace(self, values=self.values[max(min(places) - 1, 0) : max(places) + 2])
        return replace(self, values=tuple(text for text in self.values if text in best))


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, uniform or log-uniform; whole numbers if `integer`."""

    low: float
    high: float
    log: bool = False
    integer: bool = False

    @property
    def distribution(self) -> BaseDistribution:
        """The dimension as Optuna has it."""
        low, high = self.low, self.high
        return IntDistribution(int(low), int(high), log=self.log) if self.integer else FloatDistribution(low, high, log=self.log)

    def decode(self, value: Any) -> str:
        """Optuna's value as the text of an override."""
        return str(round(value)) if self.integer else repr(float(value))

    def grid(self, points: int) -> tuple[str, ...]:
        """Values at even distances, on the log scale if `log`; both ends are among them."""
        spaced = np.geomspace if self.log else np.linspace
        values = spaced(self.low, self.high, points) if points > 1 else spaced(self.low, self.high, 3)[1:2]
        return tuple(dict.fromkeys(self.decode(value) for value in values.tolist()))

    def narrow(self, best: Sequence[str], margin: float) -> "Range":
        """From the lowest to the highest of the best and `margin` decades beyond, within the range as it was."""
        numbers = [float(text) for text in best]
        low, high = max(self.low, min(numbers) / 10**margin), min(self.high, max(numbers) * 10**margin)
        return replace(self, low=round(low) if self.integer else low, high=round(high) if self.integer else high)


Space: TypeAlias = dict[str, Choice | Range]


def read_space(parsed: Sequence[Override]) -> tuple[list[str], Space, tuple[str, ...]]:
    """The overrides that are fixed, what varies, and the seeds that each trial is repeated with (none: the choices' own seed)."""
    fixed: dict[str, str] = {}
    space: Space = {}
    for override in parsed:
        key = override.get_key_element()
        fixed.pop(key, None)
        space.pop(key, None)  # the command line comes after the file, and counts
        if not override.is_sweep_override():
            fixed[key] = f"{key}={override.get_value_element_as_str()}" if not override.is_delete() else key
        else:
            space[key] = _dimension(key, override)
    seeds = space.pop(SEED, None)
    require(not isinstance(seeds, Range), SEED, "one or several values, such as seed=0,1,2 or seed=range(5), not an interval")
    return list(fixed.values()), space, seeds.values if isinstance(seeds, Choice) else ()


def grid(space: Space, points: int) -> list[Point]:
    """Every combination, the first key's values varying slowest; `points` of each range."""
    columns = [[(key, value) for value in dimension.grid(points)] for key, dimension in space.items()]
    return [dict(combination) for combination in product(*columns)]


def narrow(space: Space, best: Sequence[Mapping[str, str]], margin: float) -> Space:
    return {key: dimension.narrow([point[key] for point in best], margin) for key, dimension in space.items()}


def describe_space(space: Space) -> str:
    return "; ".join(
        f"{key} one of {', '.join(d.values)}" if isinstance(d, Choice) else f"{key} {d.low:.4g} to {d.high:.4g}{' (log)' * d.log}"
        for key, d in space.items()
    )


def shorten(point: Mapping[str, str]) -> str:
    """Values for people: longer numbers to four digits."""

    def rounded(text: str) -> str:
        try:
            return text if len(text) <= 8 else f"{float(text):.4g}"
        except ValueError:
            return text

    return " ".join(f"{key}={rounded(text)}" for key, text in point.items())


def _dimension(key: str, override: Override) -> Choice | Range:
    if not override.is_interval_sweep():
        nested = any(isinstance(item, Sweep) for item in getattr(override.value(), "list", ()))  # e.g. 0.1,range(1,3)
        values = () if nested else tuple(override.sweep_string_iterator())
        require(0 < len(values) == len(set(values)), key, "one or more different values", values=override.input_line)
        return Choice(values, ordered=override.is_range_sweep())
    interval = override.value()
    assert isinstance(interval, IntervalSweep) and interval.start is not None and interval.end is not None
    low, high, log = interval.start, interval.end, "log" in interval.tags
    require(interval.tags <= {"log"}, key, "only the tag log", tags=", ".join(sorted(interval.tags)))
    require(low < high and (low > 0 or not log), key, "low < high, and low > 0 on a log scale", low=low, high=high)
    return Range(float(low), float(high), log, integer=isinstance(low, int) and isinstance(high, int))
