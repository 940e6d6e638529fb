"""From one number a seed to an interval, a p value and a verdict.

A claim is read as a region in which a mean has to lie: above 0, between -1.5 and 1.5, between 9.5 and 10.5. The mean over the
seeds has a 95 % interval by Student's t. The claim is *reproduced* when the whole interval lies in the region, *contradicted*
when none of it does, and *inconclusive* when the seeds leave it open. For a region with two ends this is the test of
equivalence by two one-sided tests (Schuirmann 1987, https://doi.org/10.1007/BF01068419), each at 2.5 %.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

import numpy as np

Verdict: TypeAlias = Literal["reproduced", "explained by a fault", "inconclusive", "contradicted", "no data"]
LEVEL = 0.95


@dataclass(frozen=True)
class Part:
    """One number per seed, by a label and in a unit, and the region from `low` to `high` that a claim gives its mean."""

    label: str
    values: tuple[float, ...]
    low: float = -math.inf
    high: float = math.inf
    unit: str = "points"


@dataclass(frozen=True)
class Estimate:
    """Mean of n values, standard deviation (divisor n - 1) and ends of the 95 % interval, which are NaN with fewer than two values."""

    mean: float
    std: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Outcome:
    """The evidence of the seeds on a part: the estimate, the test's statistic and p, the seeds in the region, the verdict."""

    part: Part
    estimate: Estimate
    t: float
    p: float
    inside: int
    verdict: Verdict


@cache
def _students_t(n: int) -> float:
    """The quantile that a 95 % interval of n values ends at; NaN for n < 2."""
    from scipy import stats

    return float(stats.t.ppf((1 + LEVEL) / 2, n - 1)) if n >= 2 else math.nan


def estimate(values: Sequence[float]) -> Estimate:
    """Mean, standard deviation and 95 % interval, by Student's t."""
    n = len(values)
    mean = float(np.mean(values)) if n else math.nan
    std = float(np.std(values, ddof=1)) if n >= 2 else math.nan
    half = _students_t(n) * std / math.sqrt(n) if n >= 2 else math.nan
    return Estimate(mean, std, mean - half, mean + half, n)


def predict_one_more(ours: Estimate) -> tuple[float, float]:
    """The interval that holds one more run with 95 % probability, by Student's t: mean -+ t * std * sqrt(1 + 1/n); NaN for n < 2.

    A report's figure is one run. Outside this interval it is none of ours by another seed.
    """
    half = (ours.high - ours.mean) * math.sqrt(ours.n + 1)
    return ours.mean - half, ours.mean + half


def judge(part: Part) -> Outcome:
    """Test whether the mean lies in the part's region; fewer than two finite values are no data."""
    ours = estimate(part.values)
    inside = sum(part.low <= value <= part.high for value in part.values)
    if ours.n < 2 or not np.isfinite(part.values).all():
        return Outcome(part, ours, math.nan, math.nan, inside, "no data")
    t, p = _test(part, ours)
    if part.low <= ours.low and ours.high <= part.high:
        return Outcome(part, ours, t, p, inside, "reproduced")
    apart = ours.high < part.low or ours.low > part.high
    return Outcome(part, ours, t, p, inside, "contradicted" if apart else "inconclusive")


def _test(part: Part, ours: Estimate) -> tuple[float, float]:
    """The weaker of the one-sided t tests against the region's ends: how far inside the nearer end the mean lies, and its p."""
    from scipy import stats

    error = ours.std / math.sqrt(ours.n)
    margin = min(ours.mean - part.low, part.high - ours.mean)
    t = margin / error if error > 0 else math.copysign(math.inf, margin) if margin != 0 else 0.0
    return t, float(stats.t.sf(t, ours.n - 1))


def combine(verdicts: Sequence[Verdict]) -> Verdict:
    """A claim of several parts holds when each does, and is contradicted when one is."""
    worst_first: tuple[Verdict, ...] = ("no data", "contradicted", "inconclusive", "reproduced")
    return next((verdict for verdict in worst_first if verdict in verdicts), "no data")
