"""The summary of a sweep: the table of its trials in a file and on the screen, the description in MLflow, the best trial's command."""

import math
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from numlp.config.naming import common_caption, deciding_choices
from numlp.files import write_csv
from numlp.sweep.jobs import Job
from numlp.sweep.space import Choice, Space
from numlp.sweep.trials import FIGURES, Trial, rank_trials

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

TABLE = "trials.csv"
DESCRIPTION = "mlflow.note.content"  # the tag that MLflow shows as a run's description
ROWS = 10  # of the table that is printed


def results_table(trials: Sequence[Trial], objective: str) -> "Group":
    """The best trials and the names of their runs; the objective alone orders them, the test figures are shown beside."""
    from rich.console import Group
    from rich.table import Table

    order = rank_trials(trials, objective)
    table = Table("", "settings", "seeds", "validation", "highest validation", "validation cost", "test")
    table.columns[1].overflow = "fold"
    for place, trial in enumerate(order[:ROWS], start=1):
        table.add_row(str(place), trial.label, str(len(trial.jobs)), *(format_mean(trial, figure) for figure in FIGURES))
    names = [f"{place}  {trial.name}" for place, trial in enumerate(order[:ROWS], start=1)]  # too long for a column of 80
    return Group(count_states(trials, order), table, *names)


def errors_table(jobs: Sequence[Job]) -> "Table":
    """The jobs that failed, each with its own error."""
    from rich.table import Table

    table = Table("job", "settings", "error", "log file", title="Failed jobs", title_justify="left", style="red")
    for column in table.columns:
        column.overflow = "fold"
    for job in jobs:
        table.add_row(str(job.number + 1), job.label, job.status.error, job.status.log)
    return table


def write_trials(path: Path, trials: Sequence[Trial]) -> None:
    """One row per trial: round, state, values, seeds, mean and standard deviation of each figure where there is one, epochs, run."""
    keys = list(dict.fromkeys(key for trial in trials for key in trial.point))
    figures = [f"{figure}{end}" for figure in FIGURES for end in ("", "_sd")]
    header = ["trial", "round", "state", *keys, "seeds", *figures, "epochs", "run"]
    write_csv(path, header, [_row(trial, keys) for trial in trials])


def describe_sweep(title: str, trials: Sequence[Trial], objective: str, command: str) -> str:
    """What was searched, the best trials and the command of the best one, as Markdown for MLflow's page.

    It has no table and no block of code: MLflow sets both badly.

    Args:
        title: What the search was, a line.
        trials: Of all rounds.
        objective: What judged them.
        command: What trains the best one by itself; empty where no trial is done.
    """
    order = rank_trials(trials, objective)
    parts = [f"{title[:1].upper()}{title[1:]}.", count_states(trials, order) + (f", by {objective}:" if order else ".")]
    if order:
        parts += ["\n".join(_line(place, trial) for place, trial in enumerate(order[:ROWS], start=1))]
        parts += [f"Train the best network alone: `{command}`"]
    return "\n\n".join(parts)


def train_command(job: Job, multirun: bool) -> str:
    """What trains this very network by itself; where a file of conf/ makes a `multirun` of it, this says that it is none."""
    own = [text for text in job.overrides if not text.lstrip("+~").startswith(("hydra", "sweep.", "search."))]
    return shlex.join(["numlp", "train", *own, *(["hydra.mode=RUN"] if multirun else [])])


def describe_space(space: Space) -> str:
    """What varies, for people."""
    parts = []
    for key, dimension in space.items():
        if isinstance(dimension, Choice):
            parts.append(f"{key} one of {', '.join(dimension.values)}")
        else:
            parts.append(f"{key} {dimension.low:.4g} to {dimension.high:.4g}{' (log)' if dimension.log else ''}")
    return "; ".join(parts)


def describe_network(jobs: Sequence[Job]) -> str:
    """What the networks of all jobs have in common, for people."""
    configs = [deciding_choices(job.config) for job in jobs if job.config is not None]
    return common_caption(configs) if configs else "no valid network"


def count_states(trials: Sequence[Trial], order: Sequence[Trial]) -> str:
    """How many trials are done, pruned, failed."""
    others = [trial.state for trial in trials if trial.state != "done"]
    parts = [f"{others.count(state)} {state}" for state in dict.fromkeys(others)]
    limit = f", the best {ROWS} shown" if len(order) > ROWS else ""
    return "; ".join([f"{len(order)} trial{'' if len(order) == 1 else 's'} done{limit}", *parts])


def format_mean(trial: Trial, figure: str) -> str:
    """Mean and standard deviation over a trial's seeds: per cent, costs in nats."""
    mean, sd = trial.mean(figure), trial.deviation(figure)
    if figure == "val_cost":
        return f"{mean:.4f}" + ("" if math.isnan(sd) else f" ± {sd:.4f}")
    return f"{mean:.2%}" + ("" if math.isnan(sd) else f" ± {100 * sd:.2f}")


def _row(trial: Trial, keys: Sequence[str]) -> list[object]:
    job = trial.jobs[0]
    point = [trial.point.get(key, "") for key in keys]
    spread = [value for figure in FIGURES for value in (trial.mean(figure), trial.deviation(figure))]
    cells = [value if math.isfinite(value) else "" for value in spread]
    epochs = sum(outcome.epochs for outcome in trial.outcomes)
    return [job.trial + 1, job.round + 1, trial.state, *point, len(trial.jobs), *cells, epochs, trial.name]


def _line(place: int, trial: Trial) -> str:
    validation, cost, test = (format_mean(trial, figure) for figure in ("val_accuracy", "val_cost", "test_accuracy"))
    seeds = f", {len(trial.jobs)} seeds" if len(trial.jobs) > 1 else ""
    return f"{place}. `{trial.label}`: validation {validation}, cost {cost}, test {test}{seeds}"
