"""What a sweep leaves: tables, plots, the best trial's command."""

import csv
import io
import math
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from numlp.config.naming import common_caption, values
from numlp.files import write_text
from numlp.sweep.jobs import Job
from numlp.sweep.space import Choice, Space
from numlp.sweep.trials import FIGURES, Trial, ranked

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

TABLE = "trials.csv"
ROWS = 10  # of the table that is printed


def results(found: Sequence[Trial], objective: str) -> "Group":
    """The best trials and the names of their runs; the objective alone orders them, the test figures are shown beside."""
    from rich.console import Group
    from rich.table import Table

    order = ranked(found, objective)
    table = Table("", "choices", "seeds", "validation", "its highest", "its cost", "test")
    table.columns[1].overflow = "fold"
    for place, trial in enumerate(order[:ROWS], start=1):
        cells = [spread(trial, figure) for figure in FIGURES]
        validation, best, cost, test = cells
        table.add_row(str(place), trial.label, str(len(trial.jobs)), validation, best, cost, test)
    names = [f"{place}  {trial.name}" for place, trial in enumerate(order[:ROWS], start=1)]  # too long for a column of 80
    return Group(counts(found, order), table, *names)


def errors(jobs: Sequence[Job]) -> "Table":
    """The jobs that failed, each with its own error."""
    from rich.table import Table

    table = Table("job", "choices", "error", "more in", title="Failed", title_justify="left", style="red")
    for column in table.columns:
        column.overflow = "fold"
    for job in jobs:
        table.add_row(str(job.number + 1), job.label, job.status.error, job.status.log)
    return table


def write_trials(path: Path, found: Sequence[Trial]) -> None:
    """One row per trial: round, state, values, seeds, mean and standard deviation of each figure where there is one, epochs, run."""
    keys = list(dict.fromkeys(key for trial in found for key in trial.point))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["trial", "round", "state", *keys, "seeds", *(f"{figure}{end}" for figure in FIGURES for end in ("", "_sd")), "epochs", "run"]
    )
    for trial in found:
        job, made = trial.jobs[0], trial.outcomes
        values = [value for figure in FIGURES for value in ((trial.mean(figure), trial.deviation(figure)) if made else (math.nan,) * 2)]
        epochs = sum(outcome.epochs for outcome in made)
        row = [job.trial + 1, job.round + 1, trial.state, *(trial.point.get(key, "") for key in keys), len(trial.jobs)]
        writer.writerow([*row, *("" if not math.isfinite(value) else value for value in values), epochs, trial.name])
    write_text(path, text.getvalue())


def command(job: Job, multirun: bool) -> str:
    """What trains this very network by itself; where a file of conf/ makes a `multirun` of it, this says that it is none."""
    kept = [text for text in job.overrides if not text.lstrip("+~").startswith(("hydra", "sweep.", "search."))]
    return shlex.join(["numlp", "train", *kept, *(["hydra.mode=RUN"] if multirun else [])])


def space_line(space: Space) -> str:
    """What varies, for people."""
    parts = []
    for key, dimension in space.items():
        if isinstance(dimension, Choice):
            parts.append(f"{key} one of {', '.join(dimension.values)}")
        else:
            parts.append(f"{key} {dimension.low:.4g} to {dimension.high:.4g}{' (log)' if dimension.log else ''}")
    return "; ".join(parts)


def network(jobs: Sequence[Job]) -> str:
    """What the networks of all jobs have in common, for people."""
    configs = [values(job.config) for job in jobs if job.config is not None]
    return common_caption(configs) if configs else "none that can be trained"


def counts(found: Sequence[Trial], order: Sequence[Trial]) -> str:
    """How many trials are done, pruned, failed."""
    others = [trial.state for trial in found if trial.state != "done"]
    parts = [f"{others.count(state)} {state}" for state in dict.fromkeys(others)]
    shown = f", the best {ROWS}" if len(order) > ROWS else ""
    return "; ".join([f"{len(order)} trial{'' if len(order) == 1 else 's'} done{shown}", *parts])


def spread(trial: Trial, figure: str) -> str:
    """Mean and standard deviation over a trial's seeds: per cent, costs in nats."""
    mean, sd = trial.mean(figure), trial.deviation(figure)
    if figure == "val_cost":
        return f"{mean:.4f}" + ("" if math.isnan(sd) else f" ± {sd:.4f}")
    return f"{mean:.2%}" + ("" if math.isnan(sd) else f" ± {100 * sd:.2f}")
