"""A sweep in MLflow: its own run, and beside those of its jobs, which log themselves, that of a mean over seeds and of a cached result."""

import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numlp.config.naming import deciding_choices, flatten
from numlp.config.search import Search
from numlp.runs.member import GROUP
from numlp.sweep import table
from numlp.sweep.space import Space, describe_space
from numlp.sweep.trial import FIGURES, Job, Trial
from numlp.tracking import KEPT, SWEEP, TRIAL, Child, Run, close_abandoned, find_children, find_sweep, start_run

METRICS = {"val_accuracy": "final/val_accuracy", "best_val_accuracy": "best/val_accuracy", "val_cost": "final/val_cost"}
METRICS["test_accuracy"] = "final/test_accuracy"  # figure: metric, called as in a run's own
VARIES = "varies"  # a setting of a run that stands for several


class Parent:
    """The run of a sweep; `id` is what its jobs are told."""

    def __init__(self, run: Run, children: dict[str, Child], out: Path) -> None:
        self.id = run.id
        self._run, self._children, self._out = run, children, out

    def show(self, trial: Trial) -> None:
        """Show the jobs of a trial that an earlier sweep trained, and mean and standard deviation over its seeds."""
        for job in trial.jobs:
            if job.config is not None and job.outcome is not None and job.outcome.cached:
                tags = {TRIAL: job.key, GROUP: trial.label, KEPT: "true"}
                metrics = {name: getattr(job.outcome, figure) for figure, name in METRICS.items()} | {"epoch": job.outcome.epochs}
                self._add(job.name, shared_settings([job]), tags, metrics)
        if len(trial.jobs) > 1 and trial.state != "failed":
            tags = {TRIAL: " ".join(job.key[:8] for job in trial.jobs), GROUP: trial.label, "seeds": str(len(trial.jobs))}
            spread = {f"mean/{figure}": trial.mean(figure) for figure in FIGURES}
            spread |= {f"sd/{figure}": trial.deviation(figure) for figure in FIGURES}
            self._add(f"mean of {trial.label}", shared_settings(trial.jobs), tags, spread | mean_metrics(trial))

    def _add(self, name: str, params: dict[str, Any], tags: dict[str, str], metrics: dict[str, float]) -> None:
        child = self._children.get(tags[TRIAL])
        if child is None or child.status != "FINISHED":
            with start_run(Path.cwd(), name, params, tags, parent=self.id, run_id=child.run_id if child else "") as run:
                run.log_metrics(metrics)

    def conclude(self, description: str, order: Sequence[Trial], command: str) -> None:
        """Log the figures of the best trial, the command that trains it alone, the table and the figures."""
        tags = {"best": order[0].label, "best_command": command} if order else {}
        self._run.set_tags({**tags, "mlflow.note.content": description})
        self._run.log_metrics(mean_metrics(order[0]) if order else {})
        self._run.log_artifacts([self._out / table.TABLE, *sorted(self._out.glob("*.png"))])


@contextmanager
def open_parent(name: str, digest: str, jobs: Sequence[Job], space: Space, search: Search, out: Path) -> Iterator[Parent]:
    """The run of a sweep: the one from before if the same command resumes it."""
    root = Path.cwd()
    before = "" if search.rerun else find_sweep(root, digest)
    if before:
        close_abandoned(root, before)
    children = find_children(root, before) if before else {}
    settings = {f"search.{key}": value for key, value in search.deciding().items()}
    params = {**shared_settings(jobs, [*space, *(["seed"] if any(job.seed for job in jobs) else [])]), **settings}
    with start_run(root, name, {**params, "space": describe_space(space)}, {SWEEP: digest}, output=out, run_id=before) as run:
        yield Parent(run, children, out)


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
