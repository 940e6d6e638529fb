"""The progress of a training or a check: a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from numlp.training.history import Record


class Progress:
    """The progress of a run, as a bar on a terminal or else as a line per record.

    Args:
        total: Its updates.
        name: Its name, with which its lines begin when it is not `alone` on the terminal.
        alone: Whether a bar may be drawn; jobs of a sweep would draw over each other's.
    """

    def __init__(self, total: int, name: str, alone: bool) -> None:
        self.total, self._prefix, self._bar = total, "" if alone else f"{name}  ", _bar("train", alone, auto_refresh=False)
        self._task = self._bar.add_task("", total=total)

    def show(self, record: Record) -> None:
        """Show a record."""
        if self._bar.disable:
            cost = f"cost {record.train_cost:.4f}, {record.val_cost:.4f}"
            print(f"{self._prefix}step {record.step:>{len(str(self.total))}}/{self.total}  {_accuracies(record)}  {cost}", flush=True)
        else:
            self._bar.update(self._task, completed=record.step, description=_accuracies(record), refresh=True)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()


def _bar(name: str, alone: bool = True, **options: Any) -> RichProgress:
    columns = (TextColumn(name), BarColumn(14), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    return RichProgress(*columns, console=Console(stderr=True), disable=not (alone and sys.stderr.isatty()), **options)


@contextmanager
def count_steps(total: int, name: str) -> Iterator[Callable[[], None]]:
    """Give a function to call after each of `total` steps. A terminal shows them as a bar, which goes away at the end."""
    with _bar(name, transient=True) as progress:
        yield partial(progress.advance, progress.add_task("", total=total))


def _accuracies(record: Record) -> str:
    """The validation accuracy first: a narrow terminal cuts lines off at their end."""
    return f"epoch {record.epoch:4.1f}  val {record.val_accuracy:6.2%}  train {record.train_accuracy:6.2%}"
