"""Trials: the jobs that differ in the seed alone, judged together by their mean; listed for people, and in trials.csv."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

from numlp.config import Config
from numlp.files import write_csv
from numlp.runs.outcome import Outcome, loss
from numlp.sweep.space import Point

TABLE, LISTED = "trials.csv", 10  # trials that are listed
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


def write_trials(out: Path, trials: Sequence[Trial]) -> None:
    """Write one row per trial: round, state, values, seeds, mean and standard deviation of each figure, epochs, name of the run."""
    keys = list(dict.fromkeys(key for trial in trials for key in trial.point))
    figures = [f"{figure}{end}" for figure in FIGURES for end in ("", "_sd")]
    rows = []
    for place, trial in enumerate(trials, start=1):
        spread = [value for figure in FIGURES for value in (trial.mean(figure), trial.deviation(figure))]
        cells = [value if math.isfinite(value) else "" for value in spread]
        epochs = sum(outcome.epochs for outcome in trial.outcomes)
        point = [trial.point.get(key, "") for key in keys]
        rows.append([place, trial.round + 1, trial.state, *point, len(trial.jobs), *cells, epochs, trial.name])
    write_csv(out / TABLE, ["trial", "round", "state", *keys, "seeds", *figures, "epochs", "run"], rows)


def list_trials(trials: Sequence[Trial], order: Sequence[Trial], objective: str) -> list[str]:
    """The number of trials by state, then the best of `order`, as Markdown: MLflow sets tables and code badly."""
    others = [trial.state for trial in trials if trial.state != "done"]
    counts = ", ".join([f"{len(order)} done", *(f"{others.count(state)} {state}" for state in dict.fromkeys(others))])
    lines = [f"trials: {counts}" + (f"; the best by {objective}:" if order else "")]
    for place, trial in enumerate(order[:LISTED], start=1):
        figures = ", ".join(f"{name} {_mean(trial, figure)}" for figure, name in FIGURES.items())
        seeds = f", {len(trial.jobs)} seeds" if len(trial.jobs) > 1 else ""
        lines.append(f"{place}. {trial.label}: {figures}{seeds} ({trial.name})")
    return lines


def _mean(trial: Trial, figure: str) -> str:
    """Mean and standard deviation over a trial's seeds: per cent, costs in nats."""
    unit, sd = ".4f" if figure == "val_cost" else ".2%", trial.deviation(figure)
    return f"{trial.mean(figure):{unit}}" + ("" if math.isnan(sd) else f" ± {sd:{unit}}")
