"""`numlp health RUN ...`: how the layers of runs with train.health=true did, side by side in one figure."""

import argparse
from collections.abc import Sequence

from numlp import paths
from numlp.errors import require
from numlp.files import read_rows
from numlp.paths import from_user
from numlp.runs.run_folder import common, finished, labels
from numlp.training.history import LayerHealth, Record

ADVICE = "train it with train.health=true"


def main(argv: Sequence[str]) -> int:
    """Draw the runs' health to one file."""
    parser = argparse.ArgumentParser("numlp health", description="draw the health of one to four runs with train.health=true, side by side")
    parser.add_argument("runs", nargs="+", metavar="RUN", help="its folder, or its id or name in MLflow")
    parser.add_argument(
        "--output", type=from_user, default=paths.BUILD / "health" / paths.HEALTH_FIGURE, help="the PNG to write (default: %(default)s)"
    )
    asked = parser.parse_args(argv)
    runs = [finished(name) for name in asked.runs]
    rows = [read_rows(run.file(paths.HEALTH, ADVICE), LayerHealth) for run in runs]
    for run, found in zip(runs, rows, strict=True):
        require(len(found) > 0, run.name, f"a run with rows in {paths.HEALTH}; {ADVICE}")

    from numlp.display.figures import Watched, draw_health, save

    records = [read_rows(run.folder / paths.HISTORY, Record) for run in runs]
    watched = [Watched(*columns) for columns in zip(labels(runs, "\n"), records, rows, strict=True)]
    save(draw_health(watched, common(runs)), asked.output)
    print(f"health: {asked.output}")
    return 0
