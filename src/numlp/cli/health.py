"""`numlp health RUN ...`: the layer diagnostics of runs with train.health=true, side by side in one figure."""

import argparse

from numlp import paths
from numlp.compare.runs import common_title, label_runs, load_runs
from numlp.display.health_strips import Watched, draw_health
from numlp.display.style import save
from numlp.errors import UserError
from numlp.files import read_rows
from numlp.paths import from_user
from numlp.training.history import LayerHealth


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the runs and --output."""
    parser.add_argument("runs", nargs="+", metavar="RUN", help="directory of a run, or its id or name in MLflow; 1 to 4 runs")
    default = paths.BUILD / "health" / paths.HEALTH_FIGURE
    parser.add_argument("--output", type=from_user, default=default, help="the PNG file to write (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Draw the runs' layer diagnostics to one file."""
    runs, watched = load_runs(arguments.runs), []
    for each, label in zip(runs, label_runs(runs, "\n"), strict=True):
        file = each.folder / paths.HEALTH
        health = read_rows(file, LayerHealth) if file.exists() else []
        if not health:
            raise UserError(f"{each.name}: the run has no layer diagnostics; train the run with train.health=true")
        watched.append(Watched(label, each.history(), health))
    save(draw_health(watched, common_title(runs), runs[0].classes), arguments.output)
    print(f"health: wrote {arguments.output}")
    return 0
