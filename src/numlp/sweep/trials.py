"""Trials: the jobs that differ in the seed alone, judged together by their mean."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from numlp.runs.outcome import PRUNED, Outcome
from numlp.sweep.jobs import Job
from numlp.sweep.space import Point, short

LOWER_IS_BETTER = ("val_cost",)
FIGURES = ("val_accuracy", "best_val_accuracy", "val_cost", "test_accuracy")


@dataclass(frozen=True)
class Trial:
    """The jobs of one point, a seed each."""

    jobs: tuple[Job, ...]

    @property
    def point(self) -> Point:
        """Its values."""
        return self.jobs[0].point

    @property
    def label(self) -> str:
        """Its values, for people."""
        return short(self.point) or "one trial"

    @property
    def name(self) -> str:
        """What its run is called in MLflow; runs of further seeds by these alone, e.g. mlp3-before-he-lam0.1-s0,1."""
        return ",".join([self.jobs[0].name, *(job.seed for job in self.jobs[1:])])

    @property
    def outcomes(self) -> list[Outcome]:
        """Of the jobs that have one."""
        return [job.status.outcome for job in self.jobs if job.status.outcome is not None]

    @property
    def state(self) -> str:
        """Done, or why it is not."""
        if len(self.outcomes) < len(self.jobs):
            return "failed" if any(job.status.state == "failed" for job in self.jobs) else "stopped"
        return next((outcome.note.partition(":")[0] for outcome in self.outcomes if outcome.note), "done")

    @property
    def pruned(self) -> bool:
        """Whether it was given up for others."""
        return self.state == PRUNED

    def values(self, figure: str) -> list[float]:
        """A figure of each seed."""
        return [getattr(outcome, figure) for outcome in self.outcomes]

    def mean(self, figure: str) -> float:
        """Over the seeds; NaN when none has an outcome."""
        return fmean(self.values(figure)) if self.outcomes else math.nan

    def deviation(self, figure: str) -> float:
        """Standard deviation over the seeds (divisor n - 1); NaN of one seed."""
        values = self.values(figure)
        return stdev(values) if len(values) > 1 and all(map(math.isfinite, values)) else math.nan

    def loss(self, objective: str) -> float | None:
        """What it is judged by, the lower the better; None when a seed has no outcome."""
        if len(self.outcomes) < len(self.jobs):
            return None
        return as_loss(self.mean(objective), objective)


def as_loss(value: float, objective: str) -> float:
    """A figure as what is to be small."""
    return value if objective in LOWER_IS_BETTER else 1 - value


def group_by_trial(jobs: Sequence[Job]) -> list[Trial]:
    """The trials of jobs, in order."""
    groups: dict[int, list[Job]] = {}
    for job in jobs:
        groups.setdefault(job.trial, []).append(job)
    return [Trial(tuple(groups[number])) for number in sorted(groups)]


def rank_trials(trials: Sequence[Trial], objective: str) -> list[Trial]:
    """Those that were trained to their end, the best first, the first of equals before the others."""
    judged = [(loss, trial) for trial in trials if trial.state == "done" and (loss := trial.loss(objective)) is not None]
    return [trial for _, trial in sorted(judged, key=lambda pair: pair[0])]


def best_points(trials: Sequence[Trial], objective: str, count: int) -> list[Point]:
    """The points of the best trials of a round; none when none was trained to its end."""
    return [trial.point for trial in rank_trials(trials, objective)[:count]]
