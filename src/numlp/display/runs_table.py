"""The table that `numlp runs` prints."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.table import Table
from rich.text import Text

from numlp.display.text import plain_table

STYLES = {"failed": "red", "diverged": "red", "killed": "yellow", "running": "green", "pruned": "dim"}


@dataclass(frozen=True)
class RunRow:
    """A run, as the table shows it.

    Attributes:
        id: The first characters of its id.
        epochs: The trained epochs; NaN where the store does not know, as in the next two.
        val: Validation accuracy, a fraction.
        test: Test accuracy, a fraction.
    """

    id: str
    name: str
    started: datetime
    status: str
    epochs: float
    val: float
    test: float


def tabulate_runs(rows: Sequence[RunRow]) -> Table:
    """Lay out a run per row: its name, which tells what is not usual, and its accuracies; 100 columns hold a name of 44 characters.

    Returns:
        What a rich console prints.
    """
    table = plain_table()
    for heading in ("id", "started", "status"):
        table.add_column(heading, no_wrap=True)
    table.add_column("run", overflow="fold")
    for heading in ("epochs", "val %", "test %"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        status = Text(row.status, style=STYLES.get(row.status, ""))
        epochs = "" if math.isnan(row.epochs) else f"{row.epochs:.4g}"
        table.add_row(row.id, f"{row.started:%m-%d %H:%M}", status, Text(row.name), epochs, _share(row.val), _share(row.test))
    return table


def _share(accuracy: float) -> str:
    return "" if math.isnan(accuracy) else f"{100 * accuracy:.2f}"
