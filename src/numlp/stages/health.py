"""`numlp health RUN ...`: how the layers of runs with train.health=true did, side by side in one figure."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from numlp.errors import require
from numlp.history import LayerHealth, Record
from numlp.project import given
from numlp.rows import read_rows, write_rows
from numlp.stages import paths
from numlp.stages.finished import common, finished, labels
from numlp.state import State
from numlp.tracking import Run

FIGURE = "health.png"
ADVICE = "train it with train.health=true"


def main(argv: Sequence[str]) -> int:
    """Draw the runs' health to one file."""
    parser = argparse.ArgumentParser("numlp health", description="draw the health of one to four runs with train.health=true, side by side")
    parser.add_argument("runs", nargs="+", metavar="RUN", help="its folder, or its id or name in MLflow")
    parser.add_argument("--output", type=given, default=paths.BUILD / "health" / FIGURE, help="the PNG to write (default: %(default)s)")
    asked = parser.parse_args(argv)
    runs = [finished(name) for name in asked.runs]
    rows = [read_rows(run.file(paths.HEALTH, ADVICE), LayerHealth) for run in runs]
    for run, found in zip(runs, rows, strict=True):
        require(len(found) > 0, run.name, f"a run with rows in {paths.HEALTH}; {ADVICE}")

    from numlp.report.figures import Watched, health, save

    records = [read_rows(run.folder / paths.HISTORY, Record) for run in runs]
    watched = [Watched(*columns) for columns in zip(labels(runs, "\n"), records, rows, strict=True)]
    save(health(watched, common(runs)), asked.output)
    print(f"health: {asked.output}")
    return 0


def write(state: State, out: Path) -> None:
    """Write a run's health.csv, without rows when it was not measured: to DVC it is an output, which comes and goes with the model."""
    write_rows(out / paths.HEALTH, LayerHealth, state.health)
    (out / "plots" / FIGURE).unlink(missing_ok=True)  # of an earlier run in this folder


def draw(state: State, title: str, out: Path, tracked: Run) -> None:
    """Draw what `write` wrote, and send the figure to MLflow."""
    from numlp.report.figures import Watched, health, save

    save(health([Watched("", state.records, state.health)], title), out / "plots" / FIGURE)
    tracked.log_artifacts([out / "plots" / FIGURE], "plots")
