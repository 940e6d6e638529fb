"""A sweep in MLflow: its own run, and beside those of its jobs, which log themselves, that of a mean over seeds and of a cached result."""

import math
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numlp.config.naming import deciding_choices, flatten
from numlp.config.search import Search
from numlp.runs.member import GROUP
from numlp.sweep.space import Space, describe_space
from numlp.sweep.trial import FIGURES, Job, Trial
from numlp.tracking import KEPT, SWEEP, TRIAL, About, add_run, track

METRICS = {"val_accuracy": "final/val_accuracy", "best_val_accuracy": "best/val_accuracy", "val_cost": "final/val_cost"}
METRICS["test_accuracy"] = "final/test_accuracy"  # figure: metric, called as in a run's own
VARIES = "varies"  # a setting of a run that stands for several


class Parent:
    """The run of a sweep in MLflow; `id` is what its jobs are told, empty when the store failed."""

    def __init__(self, about: About) -> None:
        self.id = about.run_id
        self._about = about

    def show(self, trial: Trial) -> None:
        """Show the jobs of a trial that an earlier sweep trained, and mean and standard deviation over its seeds."""
        for job in trial.jobs:
            if job.config is not None and job.outcome is not None and job.outcome.cached:
                tags = {TRIAL: job.key, GROUP: trial.label, KEPT: "true"}
                metrics = {name: getattr(job.outcome, figure) for figure, name in METRICS.items()} | {"epoch": job.outcome.epochs}
                self._add(About(job.name, shared_settings([job]), tags, metrics=metrics))
        if len(trial.jobs) > 1 and trial.state != "failed":
            tags = {TRIAL: " ".join(job.key[:8] for job in trial.jobs), GROUP: trial.label, "seeds": str(len(trial.jobs))}
            spread = {f"mean/{figure}": trial.mean(figure) for figure in FIGURES}
            spread |= {f"sd/{figure}": trial.deviation(figure) for figure in FIGURES}
            self._add(About(f"mean of {trial.label}", shared_settings(trial.jobs), tags, metrics=spread | mean_metrics(trial)))

    def _add(self, about: About) -> None:
        about.parent = self.id
        if about.parent:
            add_run(Path.cwd(), about)

    def conclude(self, description: str, order: Sequence[Trial], command: str) -> None:
        """Log the figures of the best trial, and the command that trains it alone; `track` sends the table and the figures."""
        tags = {"best": order[0].label, "best_command": command} if order else {}
        self._about.tags |= {**tags, "mlflow.note.content": description}
        self._about.metrics |= mean_metrics(order[0]) if order else {}


@contextmanager
def open_parent(name: str, digest: str, jobs: Sequence[Job], space: Space, search: Search, out: Path) -> Iterator[Parent]:
    """The run of a sweep: the one from before if the same command resumes it."""
    settings = {f"search.{key}": value for key, value in search.deciding().items()}
    params = {**shared_settings(jobs, [*space, *(["seed"] if any(job.seed for job in jobs) else [])]), **settings}
    digest = f"{digest}, {time.time():.0f}" if search.rerun else digest  # a run of its own
    about = About(name, {**params, "space": describe_space(space)}, {SWEEP: digest})
    with track(Path.cwd(), out, about):
        yield Parent(about)


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
