"""A claim of a report: what it says, and the numbers that decide it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from numlp.data.normalise import Name
from numlp.training.history import Record
from reproduction.gradient_checks import Checked
from reproduction.measured import Measured, NoDataError, common, paired
from reproduction.scoreboard import NEAR
from reproduction.significance import Outcome, Part, Verdict, combine, judge

MATTERS = NEAR
"""Points of accuracy that count as a difference: the tolerance of the scoreboard."""
CHANCE = (9.5, 10.5)
"""Per cent of ten classes, with what 10,000 images let it vary."""


@dataclass(frozen=True)
class Evidence:
    """All that a claim may look at: the runs, and the gradient checks."""

    measured: Measured
    gradients: Sequence[Checked]

    def accuracy(self, run: str, split: Name = "test") -> dict[int, float]:
        """Per cent by seed of a run, named as "e01 norm=before"."""
        experiment, _, key = run.partition(" ")
        return self.measured.accuracy(experiment, key, split)

    def gain(self, more: str, less: str, split: Name = "test") -> tuple[float, ...]:
        """Percentage points by which one run is above the other, paired by seed."""
        return paired(self.accuracy(more, split), self.accuracy(less, split))

    def value(self, run: str, split: Name = "test") -> tuple[float, ...]:
        """Per cent of a run, one a seed."""
        return tuple(self.accuracy(run, split).values())

    def records(self, run: str) -> dict[int, list[Record]]:
        """The records of a run by seed.

        Raises:
            NoDataError: It has none.
        """
        experiment, _, key = run.partition(" ")
        return self.measured.recorded(experiment, key).histories


Check: TypeAlias = Callable[[Evidence], Sequence[Part]]


@dataclass(frozen=True)
class Claim:
    """A sentence of a report that runs can support or refute.

    Attributes:
        id: Short and lasting, as R0.3.
        source: Report and place.
        text: What it says, and how it is read.
        experiments: Where the numbers come from.
        check: Takes the evidence, gives the parts that all have to hold.
        with_fault: The same parts of runs with a planted mistake, which may explain a claim that ours contradict or leave open.
    """

    id: str
    source: str
    text: str
    experiments: tuple[str, ...]
    check: Check
    with_fault: Check | None = None


@dataclass(frozen=True)
class Finding:
    """A claim with its verdict, what each part says (those with a fault last), and the reason where there are no data."""

    claim: Claim
    verdict: Verdict
    outcomes: tuple[Outcome, ...]
    reason: str = ""


def examine(claim: Claim, evidence: Evidence) -> Finding:
    """Check a claim; runs that were not measured give the verdict "no data"."""
    try:
        outcomes = tuple(judge(part) for part in claim.check(evidence))
    except NoDataError as missing:
        return Finding(claim, "no data", (), str(missing))
    verdict = combine([outcome.verdict for outcome in outcomes])
    if verdict in ("contradicted", "inconclusive"):
        planted = _judge_with_fault(claim, evidence)
        explained = combine([outcome.verdict for outcome in planted]) == "reproduced"
        return Finding(claim, "explained by a fault" if explained else verdict, (*outcomes, *planted))
    return Finding(claim, verdict, outcomes, "fewer than two seeds" if verdict == "no data" else "")


def _judge_with_fault(claim: Claim, evidence: Evidence) -> tuple[Outcome, ...]:
    try:
        return tuple(judge(part) for part in claim.with_fault(evidence)) if claim.with_fault else ()
    except NoDataError:
        return ()


def above(label: str, values: tuple[float, ...], low: float = 0.0, unit: str = "points") -> Part:
    """The mean is claimed to be above `low`."""
    return Part(label, values, low=low, unit=unit)


def below(label: str, values: tuple[float, ...], high: float = 0.0, unit: str = "points") -> Part:
    """The mean is claimed to be below `high`."""
    return Part(label, values, high=high, unit=unit)


def equal(label: str, values: tuple[float, ...], margin: float = MATTERS, unit: str = "points") -> Part:
    """The mean difference is claimed to be nothing: within the margin on both sides (two one-sided tests)."""
    return Part(label, values, -margin, margin, unit)


def about(label: str, values: tuple[float, ...], size: float, margin: float = 1.0, unit: str = "points") -> Part:
    """The mean is claimed to be about `size`."""
    return Part(label, values, size - margin, size + margin, unit)


def near(label: str, values: tuple[float, ...], published: float) -> Part:
    """The mean accuracy is claimed to be a published one, to the scoreboard's tolerance."""
    return Part(label, values, published - MATTERS, published + MATTERS, "%")


def chance(label: str, values: tuple[float, ...]) -> Part:
    """The accuracy is claimed to be that of guessing."""
    return Part(label, values, *CHANCE, unit="%")


def spread(*runs: dict[int, float]) -> dict[int, float]:
    """Highest minus lowest of several runs, for each seed that all have."""
    return {seed: max(run[seed] for run in runs) - min(run[seed] for run in runs) for seed in common(*runs)}


def mean_of(*runs: dict[int, float]) -> dict[int, float]:
    """The mean of several runs, for each seed that all have."""
    return {seed: math.fsum(run[seed] for run in runs) / len(runs) for seed in common(*runs)}
