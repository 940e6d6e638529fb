"""A sweep in MLflow: its own run, and those of its members that no process trains now."""

import json
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numlp import paths
from numlp.config.naming import flattened, run_name, values
from numlp.files import json_digest
from numlp.sweep.jobs import FINAL, Job
from numlp.sweep.trials import FIGURES, Trial
from numlp.tracking import Child, Run, children, close_abandoned, environment_tags, find_sweep, start_run
from numlp.tracking.found import KEPT
from numlp.tracking.queries import SWEEP, TRIAL

METRICS = {  # figure: metric, called as in a run's own
    "val_accuracy": "final/val_accuracy",
    "best_val_accuracy": "best/val_accuracy",
    "val_cost": "final/val_cost",
    "test_accuracy": "final/test_accuracy",
}
VARIES = "varies"  # a setting of a run that stands for several
GROUP = "group"  # tag: the values of a trial, the same for all of its seeds


@dataclass(frozen=True)
class Family:
    """A sweep's run and its members'.

    Attributes:
        run: Of the sweep.
        known: Members that the store has from before the sweep was cut off, by their records' names.
        tags: Of this machine and code.
    """

    run: Run
    known: Mapping[str, Child]
    tags: Mapping[str, str]

    def member_tags(self, job: Job) -> dict[str, str]:
        """The tags by which a member is found again."""
        return {TRIAL: job.record.stem, GROUP: group(job)}

    def run_id(self, job: Job) -> str:
        """Of a member's run from before; empty when there is none."""
        return self.known[job.record.stem].run_id if job.record.stem in self.known else ""

    def add_kept(self, job: Job, choices: Mapping[str, str]) -> None:
        """Show a member that was trained in another sweep, with its files where they still are, unless it is there."""
        known = self.known.get(job.record.stem)
        if job.config is None or job.status.outcome is None or (known is not None and known.status == "FINISHED"):
            return
        params, tags = {**flattened(values(job.config)), **choices}, {**self.tags, **self.member_tags(job), KEPT: "true"}
        outcome = job.status.outcome
        run_id = "" if known is None else known.run_id
        with start_run(Path.cwd(), run_name(job.config, choices), params, tags, parent=self.run.id, run_id=run_id) as run:
            run.log_metrics(metrics(lambda figure: float(getattr(outcome, figure))) | {"epoch": outcome.epochs})
            run.log_artifacts(kept_files(job))

    def again(self) -> "Family":
        """With the members as the store has them now, and those of processes that are gone closed."""
        close_abandoned(Path.cwd(), self.run.id)
        return replace(self, known=children(Path.cwd(), self.run.id))

    def add_taken(self, jobs: Sequence[Job], choices: Mapping[int, Mapping[str, str]]) -> None:
        """Show members that were trained elsewhere while this sweep ran, unless it was a job of this sweep that a lost node had ended."""
        now = self.again()
        for job in jobs:
            now.add_kept(job, choices[job.number])

    def add_group(self, trial: Trial, choices: Mapping[int, Mapping[str, str]]) -> None:
        """Mean and standard deviation over a trial's seeds, in a run of their own; none for a trial of one seed."""
        if len(trial.jobs) < 2 or len(trial.outcomes) < len(trial.jobs):
            return
        name = json_digest({GROUP: [job.record.stem for job in trial.jobs]})[:32]
        if name in self.known and self.known[name].status == "FINISHED":
            return
        spread = {f"{what}/{figure}": value for figure in FIGURES for what, value in _spread(trial, figure).items()}
        tags = {**self.tags, TRIAL: name, GROUP: group(trial.jobs[0]), "seeds": str(len(trial.jobs))}
        params = common_settings(trial.jobs, choices)
        with start_run(Path.cwd(), f"mean of {trial.label}", params, tags, parent=self.run.id) as run:
            run.log_metrics(spread | mean_metrics(trial))


@contextmanager
def family(name: str, identity: str, params: Mapping[str, Any], out: Path, anew: bool) -> Iterator[Family]:
    """The sweep's run: the one from before when the same command goes on, unless it is to be made `anew`."""
    root, tags = Path.cwd(), environment_tags(Path.cwd())
    before = "" if anew else find_sweep(root, identity)
    known: Mapping[str, Child] = {}
    if before:
        close_abandoned(root, before)
        known = children(root, before)
    with start_run(root, name, params, {**tags, SWEEP: identity}, output=out, run_id=before) as run:
        yield Family(run, known, tags)


def metrics(figure: Callable[[str], float]) -> dict[str, float]:
    """Figures by the names that they have in every run."""
    return {name: figure(what) for what, name in METRICS.items()}


def mean_metrics(trial: Trial) -> dict[str, float]:
    """Those of a trial, without a mean's last digits: MLflow's table shows every digit there is."""
    return metrics(lambda figure: round(trial.mean(figure), 12))


def common_settings(jobs: Sequence[Job], choices: Mapping[int, Mapping[str, str]], varied: Collection[str] = ()) -> dict[str, Any]:
    """The settings of a run that stands for `jobs`: what they share, and VARIES for what differs or is below a key of `varied`."""
    each = [{**flattened(values(job.config)), **choices.get(job.number, {})} for job in jobs if job.config is not None]
    columns = {key: [one.get(key) for one in each] for key in dict.fromkeys(key for one in each for key in one)}
    differ = {key for key, column in columns.items() if any(value != column[0] for value in column)}
    below = {key for key in columns for other in varied if key == other or key.startswith(f"{other}.")}
    return {key: VARIES if key in differ | below else column[0] for key, column in columns.items()}


def kept_files(job: Job) -> list[Path]:
    """The files of a job that was trained before; none where its folder is gone, or is another run's by now."""
    assert job.config is not None and job.status.outcome is not None
    folder = Path(job.status.outcome.folder)
    try:
        own = json_digest(json.loads((folder / paths.CONFIG).read_text())) == json_digest(values(job.config))
    except (OSError, ValueError):
        return []
    names = (paths.CONFIG, paths.HISTORY, paths.MODEL, paths.METRICS)
    return [folder / name for name in names if own and (folder / name).exists()]


def group(job: Job) -> str:
    """The values of a job's trial as one text."""
    text = " ".join(f"{key}={value}" for key, value in job.point.items()) or "all"
    return f"final {text}" if job.round == FINAL else text


def finish(run: Run, figures: Mapping[str, float], files: Sequence[Path], tags: Mapping[str, str]) -> None:
    """Give the sweep's run what the sweep found."""
    run.log_metrics({name: value for name, value in figures.items() if math.isfinite(value)})
    run.set_tags(tags)
    run.log_artifacts([path for path in files if path.exists()])


def _spread(trial: Trial, figure: str) -> dict[str, float]:
    return {"mean": trial.mean(figure), "sd": trial.deviation(figure)}
