"""The terminal: the progress of a training or a check, tables and durations."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from numlp.training.history import Record

NARROWEST, PIPE = 40, 160  # columns that a table needs; columns of a file or a pipe, in which no line is to be wrapped


@contextmanager
def show_records(total: int, name: str, alone: bool) -> Iterator[Callable[[Record], None]]:
    """Give a function that shows a record of a run of `total` updates: in a bar on a terminal, else in a line.

    A run that is not `alone` has no bar, as jobs of a sweep would draw over each other's, and its lines begin with its `name`.
    """
    with _bar("train", alone, auto_refresh=False) as bar:
        task, prefix = bar.add_task("", total=total), "" if alone else f"{name}  "

        def show(record: Record) -> None:
            # The validation accuracy first: a narrow terminal cuts lines off at their end.
            val, train = f"epoch {record.epoch:4.1f}  val {record.val_accuracy:6.2%}", f"train {record.train_accuracy:6.2%}"
            if bar.disable:
                val, train = f"{val} cost {record.val_cost:.4f}", f"{train} cost {record.train_cost:.4f}"
                print(f"{prefix}step {record.step:>{len(str(total))}}/{total} {val}  {train}", flush=True)
            else:
                bar.update(task, completed=record.step, description=f"{val}  {train}", refresh=True)

        yield show


@contextmanager
def count_steps(total: int, name: str) -> Iterator[Callable[[], None]]:
    """Give a function to call after each of `total` steps. A terminal shows them as a bar, which goes away at the end."""
    with _bar(name, transient=True) as progress:
        yield partial(progress.advance, progress.add_task("", total=total))


def _bar(name: str, alone: bool = True, **options: Any) -> Progress:
    columns = (TextColumn(name), BarColumn(14), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    return Progress(*columns, console=Console(stderr=True), disable=not (alone and sys.stderr.isatty()), **options)


def table_console() -> Console:
    """A console for tables: as wide as the terminal or as COLUMNS says, within reason; wide for a file or a pipe."""
    console = Console(highlight=False)
    if console.width < NARROWEST or ("COLUMNS" not in os.environ and not sys.stdout.isatty()):
        console.width = max(NARROWEST, console.width) if sys.stdout.isatty() else PIPE
    return console


def plain_table(*headings: str) -> Table:
    """An empty table without lines, its columns two blanks apart."""
    return Table(*headings, box=None, pad_edge=False, padding=(0, 2, 0, 0))


def format_duration(seconds: float) -> str:
    """For people: 12.3 s, or 2 min 5 s."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
