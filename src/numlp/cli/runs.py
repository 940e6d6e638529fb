"""`numlp runs`: the runs in MLflow, as a table or as CSV."""

import argparse
import csv
import math
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from numlp.config.compose import read_params
from numlp.display.text import plain_table, table_console
from numlp.errors import UserError, did_you_mean
from numlp.tracking import ListedRun, list_runs

SHOWN = 20  # runs in a table that nothing else bounds
DATA = "data"  # the setting that names the data set: accuracies on another one have no common rank
FIGURES = (("epoch",), ("final/val_accuracy", "accuracy/val"), ("final/test_accuracy",))  # of each the first metric that a run has
STYLES = {"failed": "red", "diverged": "red", "killed": "yellow", "running": "green", "pruned": "dim"}
COLUMNS = ("id", "name", "started", "status", "sweep", "epochs", "val_accuracy", "test_accuracy")
SIMPLE = re.compile(r"([\w.]+)=([^=\s'\"`]+)")
ABOUT = (
    "List the trained runs in MLflow, the newest first: each with its epochs, and its accuracy on "
    "validation and test images. The commands compare and health take a run's name or the first characters of its id."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.description = ABOUT
    text = (
        'only runs with this setting, e.g. norm=before, or that meet an MLflow filter, e.g. "metrics.`final/val_accuracy` > 0.5"; '
        "with several --filter options, runs must meet all"
    )
    parser.add_argument("--filter", action="append", default=[], metavar="KEY=VALUE", help=text)
    parser.add_argument(
        "--sweep", nargs="?", const="", metavar="SWEEP", help="only runs of one sweep: its name or id (default: the newest sweep)"
    )
    text = (
        "only the N finished runs with the highest validation accuracy, the best first; the test accuracy is shown and does not rank; "
        "of one data set: that of params.yaml (else of the newest run), or that of --filter data=NAME"
    )
    parser.add_argument("--best", type=_count, metavar="N", help=text)
    parser.add_argument("--last", type=_count, metavar="N", help=f"at most N rows of the table (default: {SHOWN})")
    parser.add_argument("--csv", action="store_true", help="write all runs with all settings as CSV")


def run(arguments: argparse.Namespace) -> int:
    """Print the runs.

    Raises:
        UserError: The store cannot be used, or what is asked for is not there.
    """
    simple = [match.groups() for text in arguments.filter if (match := SIMPLE.fullmatch(text))]
    conditions = " and ".join(text for text in arguments.filter if not SIMPLE.fullmatch(text))
    runs, where = list_runs(Path.cwd(), conditions, arguments.sweep), ""
    for key, value in simple:
        runs = _with(runs, key, value)
    if arguments.best is not None:
        if (trained := [run.params[DATA] for run in runs if DATA in run.params]) and DATA not in (key for key, _ in simple):
            usual = str(read_params(Path.cwd())[0].get(DATA))
            data = usual if usual in trained else trained[0]  # of the newest run
            runs, where = _with(runs, DATA, data), f" on data={data}; --filter {DATA}=NAME ranks those of another data set"
        done = [run for run in runs if run.status == "finished" and not math.isnan(_figures(run)[1])]
        runs = sorted(done, key=lambda run: -_figures(run)[1])[: arguments.best]
    if arguments.csv:
        _write(runs)
        return 0
    shown = runs[: arguments.last or (len(runs) if arguments.best else SHOWN)]
    if shown:
        _print(shown)
    print((f"{len(shown)} of {len(runs)} runs" if runs else "no runs") + (" (--last N)" if len(shown) < len(runs) else "") + where)
    return 0


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


def _with(runs: Sequence[ListedRun], key: str, value: str) -> list[ListedRun]:
    """The runs whose setting `key` is `value`, as the command line writes it."""
    known = sorted({each for run in runs for each in run.params})
    if runs and key not in known:
        raise UserError(f"--filter {key}={value}: no run has a setting {key!r}{did_you_mean(key, known)}")
    return [run for run in runs if key in run.params and _is_same(_plain(run.params[key]), value)]


def _plain(value: str) -> str:
    """A setting that MLflow has, as the command line takes it."""
    return {"None": "null", "True": "true", "False": "false"}.get(value, value.replace(", ", ","))


def _is_same(logged: str, wanted: str) -> bool:
    """Whether two texts say the same number, or the same."""
    try:
        return float(logged) == float(wanted)
    except ValueError:
        return logged == wanted


def _figures(run: ListedRun) -> list[float]:
    """Epochs, validation and test accuracy; NaN where the run has none."""
    return [next((run.metrics[name] for name in names if name in run.metrics), math.nan) for names in FIGURES]


def _write(runs: Sequence[ListedRun]) -> None:
    keys = sorted({key for run in runs for key in run.params})
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*COLUMNS, *keys])
    for run in runs:
        about = [run.run_id, run.name, run.started.isoformat(timespec="seconds"), run.status, run.sweep]
        figures = ["" if math.isnan(value) else value for value in _figures(run)]
        writer.writerow([*about, *figures, *(_plain(run.params.get(key, "")) for key in keys)])


def _print(runs: Sequence[ListedRun]) -> None:
    """Print a row per run; 100 columns hold a name of 44 characters, which tells what is not usual."""
    table = plain_table()
    for heading in ("id", "started", "status"):
        table.add_column(heading, no_wrap=True)
    table.add_column("run", overflow="fold")
    for heading in ("epochs", "val %", "test %"):
        table.add_column(heading, justify="right", no_wrap=True)
    for run in runs:
        epochs, *accuracies = _figures(run)
        figures = [f"{epochs:.4g}", *(f"{100 * accuracy:.2f}" for accuracy in accuracies)]
        status = Text(run.status, style=STYLES.get(run.status, ""))  # texts: brackets in a name are no markup
        cells = ["" if text == "nan" else text for text in figures]
        table.add_row(run.run_id[:8], f"{run.started:%m-%d %H:%M}", status, Text(run.name), *cells)
    table_console().print(table)
