"""What a person sees while a network trains or is checked: a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from numlp.training.history import Record


def show_progress(records: Iterable[Record], total: int, name: str, alone: bool) -> Iterator[Record]:
    """Pass records on, and show each as it comes.

    Args:
        records: Of the run.
        total: Its updates.
        name: Of the run, which its lines begin with when it is not `alone` on the terminal.
        alone: Whether a bar may be drawn; jobs of a sweep would draw over each other's.
    """
    if alone and sys.stderr.isatty():
        return _bar(records, total)
    return _lines(records, total, "" if alone else f"{name}  ")


def _lines(records: Iterable[Record], total: int, prefix: str) -> Iterator[Record]:
    for record in records:
        cost = f"cost {record.train_cost:.4f}, {record.val_cost:.4f}"
        print(f"{prefix}step {record.step:>{len(str(total))}}/{total}  {_accuracies(record)}  {cost}", flush=True)
        yield record


def _bar(records: Iterable[Record], total: int) -> Iterator[Record]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("train"), BarColumn(14), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False) as progress:
        task = progress.add_task("", total=total)
        for record in records:
            progress.update(task, completed=record.step, description=_accuracies(record), refresh=True)
            yield record


@contextmanager
def count_steps(total: int, name: str) -> Iterator[Callable[[], None]]:
    """Give a function to call after each of `total` steps. A terminal shows them as a bar, which goes away at the end."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(name), BarColumn(24), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield partial(progress.advance, progress.add_task("", total=total))


def _accuracies(record: Record) -> str:
    """The validation accuracy first: a narrow terminal cuts lines off at their end."""
    return f"epoch {record.epoch:4.1f}  val {record.val_accuracy:6.2%}  train {record.train_accuracy:6.2%}"
