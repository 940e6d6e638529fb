"""A sweep in MLflow: its own run, and beside those of its jobs, which log themselves, that of a mean over seeds and of a cached result."""

import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from numlp.config.naming import deciding_choices, flatten
from numlp.runs.member import GROUP
from numlp.sweep.trial import FIGURES, Job, Trial
from numlp.tracking import KEPT, TRIAL, About, add_run

METRICS = {"val_accuracy": "final/val_accuracy", "best_val_accuracy": "best/val_accuracy", "val_cost": "final/val_cost"}
METRICS["test_accuracy"] = "final/test_accuracy"  # figure: metric, called as in a run's own
VARIES = "varies"  # a setting of a run that stands for several


def show_trial(trial: Trial, parent: str) -> None:
    """Show the jobs of a trial that an earlier sweep trained, and mean and standard deviation over its seeds, below the run `parent`."""
    runs = []
    for job in trial.jobs:
        if job.outcome is not None and job.outcome.cached:
            metrics = {name: getattr(job.outcome, figure) for figure, name in METRICS.items()} | {"epoch": job.outcome.epochs}
            runs.append(About(job.name, shared_settings([job]), {TRIAL: job.key, KEPT: "true"}, metrics=metrics))
    if len(trial.jobs) > 1 and trial.state != "failed":
        tags = {TRIAL: " ".join(job.key[:8] for job in trial.jobs), "seeds": str(len(trial.jobs))}
        spread = {f"mean/{figure}": trial.mean(figure) for figure in FIGURES}
        spread |= {f"sd/{figure}": trial.deviation(figure) for figure in FIGURES}
        runs.append(About(f"mean of {trial.label}", shared_settings(trial.jobs), tags, metrics=spread | mean_metrics(trial)))
    for about in runs:
        about.parent, about.tags[GROUP] = parent, trial.label
        add_run(Path.cwd(), about)


def mean_metrics(trial: Trial) -> dict[str, float]:
    """The figures of a trial by the names of their metrics, without a mean's last digits: MLflow's table shows every digit there is."""
    figures = {name: round(trial.mean(figure), 12) for figure, name in METRICS.items()}
    return {name: value for name, value in figures.items() if math.isfinite(value)}


def shared_settings(jobs: Sequence[Job], varied: Collection[str] = ()) -> dict[str, Any]:
    """The settings that `jobs` share, and VARIES for each that differs or is a key of `varied`, or below one."""
    settings = [{**flatten(deciding_choices(job.config)), **job.choices} for job in jobs if job.config is not None]
    columns = {key: [own.get(key) for own in settings] for key in dict.fromkeys(key for own in settings for key in own)}
    below = {key for key in columns for other in varied if key == other or key.startswith(f"{other}.")}
    return {key: VARIES if key in below or any(value != column[0] for value in column) else column[0] for key, column in columns.items()}
