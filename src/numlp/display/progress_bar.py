"""The progress of a training or a check: a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from numlp.training.history import Record


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
