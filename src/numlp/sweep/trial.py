"""Trials: the jobs that differ in the seed alone, judged together by their mean."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

from numlp.config import Config
from numlp.runs.outcome import Outcome, loss
from numlp.sweep.space import Point

FIGURES = {  # figure of an outcome: its name for people
    "val_accuracy": "validation",
    "best_val_accuracy": "highest validation",
    "val_cost": "validation cost",
    "test_accuracy": "test",
}


@dataclass
class Job:
    """A run of a sweep.

    Attributes:
        trial: Number of its trial in the round.
        group: The values of its trial for people.
        varied: The overrides that tell it from the other jobs.
        label: The same for people.
        seed: The seed as the text of an override; empty for that of the settings.
        choices: The option of each config group.
        error: The rule that the settings break, if they do.
        config: The settings; None if they break a rule.
        name: The run's name.
        key: Digest of the settings and the code.
        record: The file of its cached result on this machine.
        outcome: The outcome, once there is one.
    """

    trial: int
    group: str
    varied: list[str]
    label: str
    seed: str
    choices: Mapping[str, str]
    error: str = ""
    config: Config | None = None
    name: str = ""
    key: str = ""
    record: Path = Path()
    outcome: Outcome | None = None


@dataclass
class Trial:
    """A point, and its jobs, one per seed; `number` is its place in the round, which counts from 0, too."""

    number: int
    round: int
    point: Point
    jobs: list[Job]

    @property
    def label(self) -> str:
        """Its values, numbers to four digits."""
        return self.jobs[0].group

    @property
    def name(self) -> str:
        """Name of its run in MLflow; further seeds are listed, e.g. mlp3-before-he-lam0.1-s0,1."""
        return ",".join([self.jobs[0].name, *(job.seed for job in self.jobs[1:])])

    @property
    def outcomes(self) -> list[Outcome]:
        """The outcomes of its jobs, as far as there are."""
        return [job.outcome for job in self.jobs if job.outcome is not None]

    @property
    def state(self) -> str:
        """The state done, or that of the first job which is not done."""
        return next((outcome.state for outcome in self.outcomes if outcome.state != "done"), "done")

    def mean(self, figure: str) -> float:
        """Mean of a figure over the seeds; NaN if a job failed."""
        return math.nan if self.state == "failed" else fmean(getattr(outcome, figure) for outcome in self.outcomes)

    def deviation(self, figure: str) -> float:
        """Standard deviation over the seeds (divisor n - 1); NaN of one seed."""
        values = [getattr(outcome, figure) for outcome in self.outcomes]
        return stdev(values) if len(values) > 1 and self.state == "done" else math.nan

    def loss(self, objective: str) -> float | None:
        """The mean as a loss, which is to be small; None if a job failed."""
        return None if self.state == "failed" else loss(self.mean(objective), objective)


def rank_trials(trials: Iterable[Trial], objective: str) -> list[Trial]:
    """The trials that were trained to their end, the best first; of equals, the first first."""
    return sorted((trial for trial in trials if trial.state == "done"), key=lambda trial: loss(trial.mean(objective), objective))
