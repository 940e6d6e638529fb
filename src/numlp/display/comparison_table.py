"""The table that `numlp compare` prints of three runs or more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from numlp.analysis.paired_test import Paired

if TYPE_CHECKING:
    from rich.console import Group


@dataclass(frozen=True)
class Compared:
    """A run's accuracies, as fractions.

    Attributes:
        val: On the validation images of its own split,
        images: and how many these are.
        test: On all test images.
        against: The run against the first, on the test images; None for the first itself.
    """

    val: float
    images: int
    test: float
    against: Paired | None


def comparison_of_many(names: Sequence[str], choices: Mapping[str, Sequence[Any]], rows: Sequence[Compared], dataset: str) -> "Group":
    """Lay out a column per run: the settings that differ, the accuracies, and the difference from the first.

    Args:
        names: Of the runs, as they were asked for.
        choices: The values of each setting that differs.
        rows: The runs' accuracies.
        dataset: Its name.

    Returns:
        What a rich console prints.
    """
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    letters = ascii_uppercase[: len(names)]
    table = Table("", *letters, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in table.columns[1:]:
        column.justify, column.overflow = "right", "fold"
    for key, values in choices.items():
        table.add_row(Text(key), *(Text(_plain(value)) for value in values))  # Texts: brackets in a value are no markup
    table.add_section()
    table.add_row("validation %", *(f"{100 * row.val:.2f}" for row in rows))
    table.add_row("  of n images", *(f"{row.images:,}" for row in rows))
    table.add_row("test %", *(f"{100 * row.test:.2f}" for row in rows), style="bold")
    n = next(row.against.n for row in rows if row.against is not None)
    for name, cell in AGAINST.items():
        table.add_row(name, *("" if row.against is None else cell(row.against) for row in rows))
    note = (
        f"Test accuracies are of the same {n:,} images. The difference is in percentage points, with the 95 % interval of a paired "
        f"bootstrap; p is of McNemar's exact test, not corrected for {len(rows) - 1} comparisons. "
        "Neither tells anything of other seeds."
    )
    named = (Text(f"{letter}  {name}") for letter, name in zip(letters, names, strict=True))
    return Group(Text(dataset, style="bold"), *named, table, Text(note))


AGAINST: Mapping[str, Callable[[Paired], str]] = {
    "  minus A": lambda found: f"{100 * found.difference:+.2f}",
    "  from": lambda found: f"{100 * found.low:+.2f}",
    "  to": lambda found: f"{100 * found.high:+.2f}",
    "  p": lambda found: f"{found.p:.2g}",
}


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value).replace(", ", ",")
