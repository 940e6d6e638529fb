"""The trials of a sweep: trials.csv, and one line per trial for the terminal and for MLflow's description."""

import math
from collections.abc import Sequence
from pathlib import Path

from numlp.files import write_csv
from numlp.sweep.trial import FIGURES, Trial

TABLE = "trials.csv"
ROWS = 10  # trials that are listed


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
    for place, trial in enumerate(order[:ROWS], start=1):
        figures = ", ".join(f"{name} {_mean(trial, figure)}" for figure, name in FIGURES.items())
        seeds = f", {len(trial.jobs)} seeds" if len(trial.jobs) > 1 else ""
        lines.append(f"{place}. {trial.label}: {figures}{seeds} ({trial.name})")
    return lines


def _mean(trial: Trial, figure: str) -> str:
    """Mean and standard deviation over a trial's seeds: per cent, costs in nats."""
    unit, sd = ".4f" if figure == "val_cost" else ".2%", trial.deviation(figure)
    return f"{trial.mean(figure):{unit}}" + ("" if math.isnan(sd) else f" ± {sd:{unit}}")
