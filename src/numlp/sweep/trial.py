"""Trials: the jobs that differ in the seed alone, judged together by their mean; listed for people, in trials.csv, and in MLflow."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from numlp.config import Config
from numlp.config.search import Place
from numlp.data.sources import describe_data
from numlp.files import write_csv
from numlp.results.outcome import Outcome, loss
from numlp.sweep.member import GROUP
from numlp.sweep.space import Point
from numlp.tracking.queries import KEPT, TRIAL
from numlp.tracking.run import add_run
from numlp.tracking.sending import About

TABLE, LISTED = "trials.csv", 10  # trials that are listed
VARIES = "varies"  # a setting of a run that stands for several
FIGURES = {  # figure of an outcome: its name for people, and in MLflow
    "val_accuracy": ("validation", "final/val_accuracy"),
    "best_val_accuracy": ("highest validation", "best/val_accuracy"),
    "val_cost": ("validation cost", "final/val_cost"),
    "test_accuracy": ("test", "final/test_accuracy"),
}


@dataclass
class Job:
    """A run of a sweep."""

    place: Place  # the values that are set before the launch
    varied: list[str]  # the overrides that tell the job from the others
    error: str = ""  # the rule that the settings break; then there is no config
    config: Config | None = None
    name: str = ""
    settings: dict[str, Any] = field(default_factory=dict)  # values and the option of each config group, as MLflow shows them
    record: Path = Path()  # the file of its cached result on this machine
    outcome: Outcome | None = None  # None until the job has ended


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
        return self.jobs[0].place.group

    @property
    def name(self) -> str:
        """Name of its run in MLflow; further seeds are listed, e.g. mlp3-before-he-lam0.1-s0,1."""
        return ",".join([self.jobs[0].name, *(str(job.config.seed) for job in self.jobs[1:] if job.config)])

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

    def metrics(self) -> dict[str, float]:
        """The means by MLflow's names, without their last digits: its table shows every digit there is."""
        means = {metric: round(self.mean(figure), 12) for figure, (_, metric) in FIGURES.items()}
        return {metric: value for metric, value in means.items() if math.isfinite(value)}


def rank_trials(trials: Iterable[Trial], objective: str) -> list[Trial]:
    """The trials that were trained to their end, the best first; of equals, the first first."""
    return sorted((trial for trial in trials if trial.state == "done"), key=lambda trial: loss(trial.mean(objective), objective))


def write_trials(out: Path, trials: Sequence[Trial]) -> None:
    """Write one row per trial: round, state, values, seeds, mean and standard deviation of each figure, epochs, name of the run."""
    keys = list(dict.fromkeys(key for trial in trials for key in trial.point))
    rows = []
    for place, trial in enumerate(trials, start=1):
        spread = [value for figure in FIGURES for value in (trial.mean(figure), trial.deviation(figure))]
        cells = [value if math.isfinite(value) else "" for value in spread]
        epochs = sum(outcome.epochs for outcome in trial.outcomes)
        point = [trial.point.get(key, "") for key in keys]
        rows.append([place, trial.round + 1, trial.state, *point, len(trial.jobs), *cells, epochs, trial.name])
    figures = [f"{figure}{end}" for figure in FIGURES for end in ("", "_sd")]
    write_csv(out / TABLE, ["trial", "round", "state", *keys, "seeds", *figures, "epochs", "run"], rows)


def list_trials(trials: Sequence[Trial], order: Sequence[Trial], objective: str) -> list[str]:
    """The number of trials by state, then the best of `order`, as Markdown: MLflow sets tables and code badly."""
    others = [trial.state for trial in trials if trial.state != "done"]
    counts = ", ".join([f"{len(order)} done", *(f"{others.count(state)} {state}" for state in dict.fromkeys(others))])
    lines = [f"trials: {counts}" + (f"; the best by {objective}:" if order else "")]
    for place, trial in enumerate(order[:LISTED], start=1):
        figures = ", ".join(f"{name} {_mean(trial, figure)}" for figure, (name, _) in FIGURES.items())
        seeds = f", {len(trial.jobs)} seeds" if len(trial.jobs) > 1 else ""
        lines.append(f"{place}. {trial.label}: {figures}{seeds} ({trial.name})")
    return lines


def _mean(trial: Trial, figure: str) -> str:
    """Mean and standard deviation over a trial's seeds: per cent, costs in nats."""
    unit, sd = ".4f" if figure == "val_cost" else ".2%", trial.deviation(figure)
    return f"{trial.mean(figure):{unit}}" + ("" if math.isnan(sd) else f" ± {sd:{unit}}")


def show_trial(trial: Trial, parent: str) -> None:
    """Show a trial's cached results, and mean and standard deviation over its seeds, below the run `parent`: other jobs log themselves."""
    runs = []
    for job in trial.jobs:
        if job.config is not None and job.outcome is not None and job.outcome.cached:
            metrics = {metric: getattr(job.outcome, figure) for figure, (_, metric) in FIGURES.items()} | {"epoch": job.outcome.epochs}
            tags = {TRIAL: job.place.key, KEPT: "true", "dataset": describe_data(job.config).name}
            runs.append(About(job.name, job.settings, tags, metrics=metrics))
    if len(trial.jobs) > 1 and trial.state != "failed":
        tags = {TRIAL: " ".join(job.place.key[:8] for job in trial.jobs), "seeds": str(len(trial.jobs))}
        spread = {f"mean/{figure}": trial.mean(figure) for figure in FIGURES}
        spread |= {f"sd/{figure}": trial.deviation(figure) for figure in FIGURES}
        runs.append(About(f"mean of {trial.label}", shared_settings(trial.jobs), tags, metrics=spread | trial.metrics()))
    for about in runs:
        about.parent, about.tags[GROUP] = parent, trial.label
        add_run(Path.cwd(), about)


def shared_settings(jobs: Sequence[Job], varied: Collection[str] = ()) -> dict[str, Any]:
    """The settings that `jobs` share, and VARIES for each that differs or is a key of `varied`, or below one."""
    settings = [job.settings for job in jobs if job.settings]
    columns = {key: [each.get(key) for each in settings] for key in dict.fromkeys(key for each in settings for key in each)}
    below = {key for key in columns for other in varied if key == other or key.startswith(f"{other}.")}
    return {key: VARIES if key in below or any(value != column[0] for value in column) else column[0] for key, column in columns.items()}
