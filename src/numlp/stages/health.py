"""`numlp health RUN ...`: how the layers of runs with train.health=true did, side by side in one figure."""

import argparse
from collections.abc import Sequence
from pathlib import Path

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
    for run in runs:
        run.file(paths.HEALTH, ADVICE)

    from numlp.report.figures import Watched, health, save

    files = zip(labels(runs, "\n"), runs, strict=True)
    watched = [
        Watched(label, read_rows(run.folder / paths.HISTORY, Record), read_rows(run.folder / paths.HEALTH, LayerHealth))
        for label, run in files
    ]
    save(health(watched, common(runs)), asked.output)
    print(f"health: {asked.output}")
    return 0


def forget(out: Path) -> None:
    """Remove what an earlier run has left in `out`, which a stage of the pipeline uses again."""
    for path in (out / paths.HEALTH, out / "plots" / FIGURE):
        path.unlink(missing_ok=True)


def keep(state: State, title: str, out: Path, tracked: Run) -> None:
    """Write a run's health.csv, draw it, and send both to MLflow."""
    from numlp.report.figures import Watched, health, save

    write_rows(out / paths.HEALTH, LayerHealth, state.health)
    save(health([Watched("", state.records, state.health)], title), out / "plots" / FIGURE)
    tracked.log_artifacts([out / paths.HEALTH])
    tracked.log_artifacts([out / "plots" / FIGURE], "plots")
