"""The claims of claims.yaml: the numbers that decide each, and its verdict."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, ParamSpec, TypeAlias, cast

from omegaconf import DictConfig

from numlp.data.normalise import SPLITS, Name
from reproduction.measured import Measured, NoDataError, Run, common, paired
from reproduction.results import HOME
from reproduction.settings import read_yaml
from reproduction.significance import Outcome, Part, Verdict, combine, judge

CLAIMS = HOME / "claims.yaml"
BySeed: TypeAlias = dict[int, float]
P = ParamSpec("P")


@dataclass
class Measure:
    """A part of a claim: the mean of `value` over the seeds lies between `low` and `high`; or the parts that `check` gives.

    claims.yaml describes the fields.
    """

    label: str = ""
    value: Any = None
    low: float = -math.inf
    high: float = math.inf
    unit: str = "points"
    split: str = "test"
    check: list[Any] = field(default_factory=list)

    def parts(self, measured: Measured) -> Iterator[Part]:
        """The numbers of this part, by label and region."""
        split = cast(Name, self.split)
        if self.check:
            name, *arguments = self.check
            yield from CHECKS[name](measured, split, *arguments)
        else:
            yield Part(self.label, tuple(evaluate(measured, self.value, split).values()), self.low, self.high, self.unit)


@dataclass
class Claim:
    """A sentence of a report that runs can support or refute: its place, its text and its experiments, and the parts that all have to hold.

    The parts `with_fault` are of runs with a planted mistake, which may explain a claim that ours contradict or leave open.
    """

    source: str
    text: str
    experiments: list[str]
    parts: list[Measure]
    with_fault: list[Measure] = field(default_factory=list)


@dataclass(frozen=True)
class Finding:
    """A claim with its verdict, the outcome of each part (those with a fault last), and the reason where there are no data."""

    id: str
    claim: Claim
    verdict: Verdict
    outcomes: Sequence[Outcome]
    reason: str = ""


def read_claims(path: Path) -> dict[str, Claim]:
    """Read claims.yaml, by id.

    Raises:
        UserError: The file is missing or has other fields.
    """
    claims: dict[str, Claim] = read_yaml(path, DictConfig({}, element_type=Claim))
    return claims


def examine(name: str, claim: Claim, measured: Measured) -> Finding:
    """Check a claim; runs that were not measured give the verdict "no data"."""
    try:
        outcomes = _judge(claim.parts, measured)
    except NoDataError as missing:
        return Finding(name, claim, "no data", (), str(missing))
    verdict = combine([outcome.verdict for outcome in outcomes])
    if verdict not in ("contradicted", "inconclusive"):
        return Finding(name, claim, verdict, outcomes, "fewer than two seeds" if verdict == "no data" else "")
    try:
        planted = _judge(claim.with_fault, measured)
    except NoDataError:
        planted = []
    explained = combine([outcome.verdict for outcome in planted]) == "reproduced"
    return Finding(name, claim, "explained by a fault" if explained else verdict, [*outcomes, *planted])


def _judge(measures: Sequence[Measure], measured: Measured) -> list[Outcome]:
    return [judge(part) for measure in measures for part in measure.parts(measured)]


def evaluate(measured: Measured, value: Any, split: Name = "test") -> BySeed:
    """A number per seed: the accuracy of a run in per cent, or what an expression of claims.yaml makes of several."""
    if isinstance(value, str):
        return measured.run(value).accuracy(split)
    ((kind, content),) = value.items()
    if kind in SPLITS:
        return evaluate(measured, content, cast(Name, kind))
    if kind == "last":
        column, run = content
        return {seed: float(getattr(records[-1], column)) for seed, records in measured.recorded(run).histories.items()}
    if kind == "late_fall":
        return {seed: _late_fall(records) for seed, records in measured.recorded(content).histories.items()}
    values = [evaluate(measured, one, split) for one in content]
    if kind == "minus":
        return paired(*values)
    if kind == "mean":
        return _mean(values)
    return {seed: max(by_seed[seed] for by_seed in values) - min(by_seed[seed] for by_seed in values) for seed in common(*values)}


def _late_fall(records: Sequence[Any]) -> float:
    """How far the training loss falls from the middle of the training, a whole number of cycles, to its end."""
    middle = min(records, key=lambda record: abs(record.step - records[-1].step / 2))
    return float(middle.train_loss - records[-1].train_loss)


def _mean(values: Sequence[BySeed]) -> BySeed:
    return {seed: math.fsum(value[seed] for value in values) / len(values) for seed in common(*values)}


def _published(measured: Measured, experiment: str) -> list[Run]:
    """The runs of a search whose values the report has."""
    runs = [run for run in measured.of(experiment) if not run.own]
    if len(runs) < 2:
        raise NoDataError(f"{experiment} has fewer than two runs")
    return runs


CHECKS: dict[str, Callable[..., Iterator[Part]]] = {}
"""The functions that claims.yaml names."""


def named(check: Callable[P, Iterator[Part]]) -> Callable[P, Iterator[Part]]:
    """Let claims.yaml name a function."""
    CHECKS[check.__name__] = check
    return check


@named
def each_near_the_mean(measured: Measured, split: Name, experiment: str, margin: float) -> Iterator[Part]:
    """No published lambda of a fine search is away from the mean of all by the margin."""
    runs = _published(measured, experiment)
    mean = _mean([run.accuracy(split) for run in runs])
    for run in runs:
        values = tuple(paired(run.accuracy(split), mean).values())
        yield Part(f"{run.number('lam'):.3g}", values, -margin, margin)


@named
def best_of_search(measured: Measured, split: Name, name: str) -> Iterator[Part]:
    """The published best lambda is above the mean of the search's other published ones."""
    best = measured.run(name)
    others = [run.accuracy(split) for run in _published(measured, best.experiment) if run != best]
    label = f"{SPLITS[split]}, minus the mean of the {len(others)} others"
    yield Part(label, tuple(paired(best.accuracy(split), _mean(others)).values()), low=0.0)


@named
def upper_half_of_draws(measured: Measured, split: Name, experiment: str) -> Iterator[Part]:
    """Our draws in the order of eta, each of the upper half against its counterpart in the lower.

    Source: Cox and Stuart 1955, https://doi.org/10.1093/biomet/42.1-2.80 (the pairs of a test for trend).
    """
    own = sorted((run for run in measured.of(experiment) if run.own), key=lambda run: run.number("schedule.eta"))
    accuracies = [fmean(run.accuracies(split)) for run in own]
    half = len(own) // 2
    if half == 0:
        raise NoDataError(f"{experiment} has no two draws of ours")
    differences = tuple(a - b for a, b in zip(accuracies[-half:], accuracies[:half], strict=True))
    yield Part("validation, draws of the upper half of eta minus those of the lower", differences, low=0.0)


@named
def first_over_last_layer(measured: Measured, split: Name, case: str, norm: str) -> Iterator[Part]:
    """The mean absolute difference of the first layer's W is at least twice the last one's, in each network of a gradient check."""
    rows = [row for row in measured.gradients if (row.case, row.norm, row.kind) == (case, norm, "W")]
    if not rows:
        raise NoDataError(f"no gradient checks of {case}")
    for hidden in dict.fromkeys(row.hidden for row in rows):
        layers = {(row.seed, row.layer): row.mean_abs for row in rows if row.hidden == hidden}
        last = max(layer for _, layer in layers)
        ratios = tuple(math.log10(layers[seed, 1] / layers[seed, last]) for seed in sorted({seed for seed, _ in layers}))
        yield Part(f"norm={norm}, {hidden}", ratios, low=math.log10(2), unit="decades")
