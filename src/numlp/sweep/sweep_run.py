"""A sweep in MLflow: its own run, and those of its jobs that no process trains now."""

import json
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numlp import paths
from numlp.config.naming import deciding_choices, flatten, run_name
from numlp.files import json_digest
from numlp.sweep.jobs import FINAL, Job
from numlp.sweep.trials import FIGURES, Trial
from numlp.tracking import KEPT, SWEEP, TRIAL, Child, Run, close_abandoned, find_children, find_sweep, start_run

METRICS = {  # figure: metric, called as in a run's own
    "val_accuracy": "final/val_accuracy",
    "best_val_accuracy": "best/val_accuracy",
    "val_cost": "final/val_cost",
    "test_accuracy": "final/test_accuracy",
}
VARIES = "varies"  # a setting of a run that stands for several
GROUP = "group"  # tag: the values of a trial, the same for all of its seeds


@dataclass(frozen=True)
class SweepRun:
    """A sweep's run and its children.

    Attributes:
        run: Of the sweep.
        children: Runs of its jobs that the store has from before the sweep was interrupted, by their records' names.
    """

    run: Run
    children: Mapping[str, Child]

    def child_tags(self, job: Job) -> dict[str, str]:
        """The tags by which a job's run is found again."""
        return {TRIAL: job.record.stem, GROUP: group_label(job)}

    def run_id(self, job: Job) -> str:
        """Of a job's run from before; empty when there is none."""
        return self.children[job.record.stem].run_id if job.record.stem in self.children else ""

    def add_kept(self, job: Job, choices: Mapping[str, str]) -> None:
        """Show a job that was trained in another sweep, with its files where they still are, unless it is there."""
        child, outcome = self.children.get(job.record.stem), job.status.outcome
        if job.config is None or outcome is None or (child is not None and child.status == "FINISHED"):
            return
        params, tags = {**flatten(deciding_choices(job.config)), **choices}, {**self.child_tags(job), KEPT: "true"}
        name = run_name(job.config, choices)
        with start_run(Path.cwd(), name, params, tags, parent=self.run.id, run_id=self.run_id(job)) as run:
            run.log_metrics(name_metrics(lambda figure: float(getattr(outcome, figure))) | {"epoch": outcome.epochs})
            run.log_artifacts(find_own_files(job))

    def again(self) -> "SweepRun":
        """With the children as the store has them now, and those of processes that are gone closed."""
        close_abandoned(Path.cwd(), self.run.id)
        return replace(self, children=find_children(Path.cwd(), self.run.id))

    def add_trained_elsewhere(self, jobs: Sequence[Job], choices: Mapping[int, Mapping[str, str]]) -> None:
        """Show jobs that were trained elsewhere while this sweep ran, unless it was a job of this sweep that a lost node had ended."""
        now = self.again()
        for job in jobs:
            now.add_kept(job, choices[job.number])

    def add_mean(self, trial: Trial, choices: Mapping[int, Mapping[str, str]]) -> None:
        """Mean and standard deviation over a trial's seeds, in a run of their own; none for a trial of one seed."""
        if len(trial.jobs) < 2 or len(trial.outcomes) < len(trial.jobs):
            return
        digest = json_digest({GROUP: [job.record.stem for job in trial.jobs]})[:32]
        if digest in self.children and self.children[digest].status == "FINISHED":
            return
        means = {f"mean/{figure}": trial.mean(figure) for figure in FIGURES}
        deviations = {f"sd/{figure}": trial.deviation(figure) for figure in FIGURES}
        tags = {TRIAL: digest, GROUP: group_label(trial.jobs[0]), "seeds": str(len(trial.jobs))}
        with start_run(Path.cwd(), f"mean of {trial.label}", common_settings(trial.jobs, choices), tags, parent=self.run.id) as run:
            run.log_metrics(means | deviations | mean_metrics(trial))


@contextmanager
def open_sweep_run(name: str, digest: str, params: Mapping[str, Any], out: Path, anew: bool) -> Iterator[SweepRun]:
    """The sweep's run: the one from before when the same command resumes it, unless it is to be made `anew`."""
    root = Path.cwd()
    before = "" if anew else find_sweep(root, digest)
    children: Mapping[str, Child] = {}
    if before:
        close_abandoned(root, before)
        children = find_children(root, before)
    with start_run(root, name, params, {SWEEP: digest}, output=out, run_id=before) as run:
        yield SweepRun(run, children)


def name_metrics(value: Callable[[str], float]) -> dict[str, float]:
    """The value of each figure by the name of its metric, which every run has."""
    return {name: value(figure) for figure, name in METRICS.items()}


def mean_metrics(trial: Trial) -> dict[str, float]:
    """Those of a trial, without a mean's last digits: MLflow's table shows every digit there is."""
    return name_metrics(lambda figure: round(trial.mean(figure), 12))


def common_settings(jobs: Sequence[Job], choices: Mapping[int, Mapping[str, str]], varied: Collection[str] = ()) -> dict[str, Any]:
    """The settings of a run that stands for `jobs`: what they share, and VARIES for what differs or is below a key of `varied`."""
    settings = [{**flatten(deciding_choices(job.config)), **choices.get(job.number, {})} for job in jobs if job.config is not None]
    columns = {key: [own.get(key) for own in settings] for key in dict.fromkeys(key for own in settings for key in own)}
    differ = {key for key, column in columns.items() if any(value != column[0] for value in column)}
    below = {key for key in columns for other in varied if key == other or key.startswith(f"{other}.")}
    return {key: VARIES if key in differ | below else column[0] for key, column in columns.items()}


def find_own_files(job: Job) -> list[Path]:
    """The files of a job that was trained before; none where its folder is gone, or is another run's by now."""
    assert job.config is not None and job.status.outcome is not None
    folder = Path(job.status.outcome.folder)
    try:
        settings = [json.loads((folder / paths.CONFIG).read_text()), deciding_choices(job.config)]
        for choices in settings:
            del choices["data"]["source"]["sha256"]  # the run's is that of its archive
    except (OSError, ValueError, KeyError):
        return []
    names = (paths.CONFIG, paths.HISTORY, paths.MODEL, paths.METRICS)
    return [folder / name for name in names if settings[0] == json.loads(json.dumps(settings[1])) and (folder / name).exists()]


def group_label(job: Job) -> str:
    """The values of a job's trial as one text."""
    text = " ".join(f"{key}={value}" for key, value in job.point.items()) or "all"
    return f"final {text}" if job.round == FINAL else text


def finish_run(run: Run, metrics: Mapping[str, float], files: Sequence[Path], tags: Mapping[str, str]) -> None:
    """Give the sweep's run what the sweep found."""
    run.log_metrics({name: value for name, value in metrics.items() if math.isfinite(value)})
    run.set_tags(tags)
    run.log_artifacts([path for path in files if path.exists()])
