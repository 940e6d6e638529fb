"""`numlp health RUN ...`: the layer diagnostics of runs with train.health=true, side by side in one figure."""

import argparse

from numlp import paths
from numlp.errors import UserError
from numlp.files import read_rows
from numlp.paths import from_user
from numlp.runs.run_folder import common_title, label_runs, load_runs
from numlp.training.history import LayerHealth, Record

ADVICE = "train the run with train.health=true"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the runs and --output."""
    parser.add_argument("runs", nargs="+", metavar="RUN", help="directory of a run, or its id or name in MLflow; 1 to 4 runs")
    parser.add_argument(
        "--output",
        type=from_user,
        default=paths.BUILD / "health" / paths.HEALTH_FIGURE,
        help="the PNG file to write (default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Draw the runs' layer diagnostics to one file."""
    runs = load_runs(arguments.runs)
    rows = [read_rows(run.file(paths.HEALTH, ADVICE), LayerHealth) for run in runs]
    for run, measured in zip(runs, rows, strict=True):
        if not measured:
            raise UserError(f"{run.name}: {paths.HEALTH} has no rows; {ADVICE}")

    from numlp.display.figures import Watched, draw_health, save

    records = [read_rows(run.folder / paths.HISTORY, Record) for run in runs]
    watched = [Watched(*columns) for columns in zip(label_runs(runs, "\n"), records, rows, strict=True)]
    save(draw_health(watched, common_title(runs)), arguments.output)
    print(f"health: wrote {arguments.output}")
    return 0
