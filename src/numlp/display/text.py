"""The console and the layout of tables, and durations as text."""

import os
import sys

from rich.console import Console
from rich.table import Table

NARROWEST, PIPE = 40, 160  # columns that a table needs; columns of a file or a pipe, in which no line is to be wrapped


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
