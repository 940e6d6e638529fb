"""`numlp runs`: the runs in MLflow, as a table or as CSV."""

import argparse
import sys
from pathlib import Path

import pandas as pd
from rich.text import Text

from numlp.config.compose import read_params
from numlp.display.terminal import plain_table, table_console
from numlp.tracking.listing import COLUMNS, list_runs

SHOWN = 20  # runs in a table that nothing else bounds
DATA = "data"  # the setting that chooses the data set: accuracies on another one have no common rank
STYLES = {"failed": "red", "diverged": "red", "killed": "yellow", "running": "green", "pruned": "dim", "cached": "dim"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    text = 'only runs with this setting, e.g. norm=before, or that meet an MLflow filter, e.g. "metrics.`final/val_accuracy` > 0.5"'
    parser.add_argument("--filter", action="append", default=[], metavar="KEY=VALUE", help=text)
    text = "only runs of one sweep: its name or id (default: the newest sweep)"
    parser.add_argument("--sweep", nargs="?", const="", metavar="SWEEP", help=text)
    text = "only the N runs with the highest validation accuracy, on the data set of params.yaml (else of the newest run) or of --filter"
    parser.add_argument("--best", type=_count, metavar="N", help=text)
    parser.add_argument("--last", type=_count, metavar="N", help=f"at most N rows of the table (default: {SHOWN})")
    parser.add_argument("--csv", action="store_true", help="write all runs with all settings as CSV")


def run(arguments: argparse.Namespace) -> int:
    """Print the runs."""
    runs, where = list_runs(Path.cwd(), arguments.filter, arguments.sweep), ""
    if arguments.best is not None and len(runs):
        preferred = runs[runs.get(DATA, runs.dataset) == str(read_params(Path.cwd())[0].get(DATA))]
        dataset = (runs if preferred.empty else preferred).dataset.iloc[0]  # the newest run comes first
        where = f" on {dataset}; --filter {DATA}=NAME or {DATA}.path=FILE ranks those on another data set"
        ended = ["finished"] if arguments.sweep is None else ["finished", "cached"]
        done = runs[(runs.dataset == dataset) & runs.status.isin(ended) & runs.val_accuracy.notna()]
        runs = done.sort_values("val_accuracy", ascending=False, kind="stable").head(arguments.best)
    if arguments.csv:
        runs.to_csv(sys.stdout, index=False, date_format="%Y-%m-%dT%H:%M:%S")
        return 0
    shown = runs.head(arguments.last or (len(runs) if arguments.best else SHOWN))
    if len(shown):
        _print(shown)
    print((f"{len(shown)} of {len(runs)} runs" if len(runs) else "no runs") + (" (--last N)" if len(shown) < len(runs) else "") + where)
    return 0


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


def _print(runs: pd.DataFrame) -> None:
    """Print a row per run with its name; on a terminal that is too narrow, the name in a line below: to copy, it must be whole."""
    console, several = table_console(), runs.dataset.nunique() > 1
    for named in (True, False):
        table = plain_table()
        for heading in ("id", "started", "status", *["run"] * named, *["data set"] * several):
            table.add_column(heading, no_wrap=True)
        for heading in ("epochs", "val %", "test %"):
            table.add_column(heading, justify="right", no_wrap=True)
        for run in runs[list(COLUMNS)].itertuples():
            figures = [f"{run.epochs:.4g}", f"{100 * run.val_accuracy:.2f}", f"{100 * run.test_accuracy:.2f}"]
            status = Text(run.status, style=STYLES.get(run.status, ""))  # texts: brackets in a name are no markup
            cells = ["" if text == "nan" else text for text in figures]
            names = [*[Text(run.name)] * named, *[Text(run.dataset)] * several]
            table.add_row(run.id[:8], f"{run.started:%m-%d %H:%M}", status, *names, *cells)
        if named and console.measure(table, options=console.options.update(max_width=999)).maximum <= console.width:
            console.print(table)
            return
    with console.capture() as rows:
        console.print(table)
    heading, *lines = rows.get().splitlines()
    print(heading, *(f"{line}\n  {name}" for line, name in zip(lines, runs.name, strict=True)), sep="\n")
