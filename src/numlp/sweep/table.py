"""The table of a sweep's trials: printed, as trials.csv, and as the description in MLflow."""

import math
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from numlp.files import write_csv
from numlp.sweep.trial import FIGURES, Trial

TABLE = "trials.csv"
ROWS = 10  # of the table that is printed


def write_trials(out: Path, trials: Sequence[Trial]) -> Path:
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
    return out / TABLE


def print_trials(trials: Sequence[Trial], order: Sequence[Trial]) -> None:
    """Print the best trials of `order` with the names of their runs, and the failed jobs with their errors."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(count_states(trials, order))
    table = Table("", "settings", "seeds", "validation", "highest validation", "validation cost", "test")
    table.columns[1].overflow = "fold"
    for place, trial in enumerate(order[:ROWS], start=1):
        table.add_row(str(place), trial.label, str(len(trial.jobs)), *(format_mean(trial, figure) for figure in FIGURES))
    if order:
        console.print(table)
    for place, trial in enumerate(order[:ROWS], start=1):  # the names are too long for a column of 80
        console.print(f"{place}  {trial.name}")
    for trial in trials:
        for job in trial.jobs:
            if job.outcome is not None and job.outcome.state == "failed":
                console.print(f"FAILED  {job.label}: {job.outcome.error} ({job.outcome.folder})")


def describe_sweep(title: str, trials: Sequence[Trial], order: Sequence[Trial], command: str) -> str:
    """The search, its best trials and the command of the best one, as Markdown for MLflow, which sets tables and code badly."""
    lines = [_line(place, trial) for place, trial in enumerate(order[:ROWS], start=1)]
    parts = [f"{title[:1].upper()}{title[1:]}.", f"{count_states(trials, order)}{':' if lines else '.'}", "\n".join(lines)]
    return "\n\n".join([*filter(None, parts), *([f"Train the best network alone: `{command}`"] if command else [])])


def count_states(trials: Sequence[Trial], order: Sequence[Trial]) -> str:
    """Number of trials that are done, pruned, failed."""
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


def _line(place: int, trial: Trial) -> str:
    validation, cost, test = (format_mean(trial, figure) for figure in ("val_accuracy", "val_cost", "test_accuracy"))
    seeds = f", {len(trial.jobs)} seeds" if len(trial.jobs) > 1 else ""
    return f"{place}. `{trial.label}`: validation {validation}, cost {cost}, test {test}{seeds}"
