"""What tables and lines on a terminal share."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


def plain_table(*headings: str) -> "Table":
    """An empty table without lines, its columns two blanks apart."""
    from rich.table import Table

    return Table(*headings, box=None, pad_edge=False, padding=(0, 2, 0, 0))


def format_duration(seconds: float) -> str:
    """For people: 12.3 s, or 2 min 5 s."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
