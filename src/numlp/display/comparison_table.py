"""The tables that `numlp compare` prints: of two runs with each class, of more with the first as the standard."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from numlp.analysis.paired_test import PairedTest
from numlp.display.text import plain_table

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
    against: PairedTest | None


def tabulate_two(
    names: Sequence[str], choices: Mapping[str, Sequence[Any]], whole: PairedTest, classes: Mapping[str, PairedTest], dataset: str
) -> "Group":
    """Lay out what differs in two runs' choices, and their accuracy on the test images.

    Args:
        names: Of the two runs.
        choices: The values of each choice that differs.
        whole: The runs on all test images.
        classes: On those of each class.
        dataset: Its name.

    Returns:
        What a rich console prints.
    """
    from rich.box import ROUNDED
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    different = Table("setting", "A", "B", box=ROUNDED)
    for key, (first, second) in choices.items():
        different.add_row(key, Text(str(first)), Text(str(second)))  # Texts: brackets in a value are no markup
    table = Table("test images", box=ROUNDED)
    for heading in ("A", "B", "B - A", "95 %", "p"):
        table.add_column(heading, justify="right")
    for name, test in (*classes.items(), ("all", whole)):
        first, second = (f"{100 * accuracy:.2f} %" for accuracy in test.accuracies)
        interval = f"{100 * test.low:+.2f} .. {100 * test.high:+.2f}"
        difference, style = f"{100 * test.difference:+.2f}", "bold" if test is whole else ""
        table.add_row(Text(name), first, second, difference, interval, f"{test.p:.2g}", style=style)
    alone = f"Correct of {whole.n:,} test images: {whole.both:,} by both runs, {whole.first:,} only by A, {whole.second:,} only by B."
    note = (
        "B - A is in percentage points, with the 95 % interval of a paired bootstrap; p is from McNemar's exact test. "
        "Neither says anything about other seeds."
    )
    same = [Text("The runs have the same settings.")] if not choices else [different]
    return Group(Text(dataset, style="bold"), *(Text(name) for name in names), *same, table, Text(alone), Text(note))


def tabulate_many(names: Sequence[str], choices: Mapping[str, Sequence[Any]], rows: Sequence[Compared], dataset: str) -> "Group":
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
    from rich.text import Text

    letters = ascii_uppercase[: len(names)]
    table = plain_table("", *letters)
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
        f"The test accuracies are on the same {n:,} images. The differences are in percentage points, with the 95 % interval of a paired "
        f"bootstrap; p is from McNemar's exact test, without a correction for {len(rows) - 1} comparisons. "
        "Neither says anything about other seeds."
    )
    named = (Text(f"{letter}  {name}") for letter, name in zip(letters, names, strict=True))
    return Group(Text(dataset, style="bold"), *named, table, Text(note))


AGAINST: Mapping[str, Callable[[PairedTest], str]] = {
    "  minus A": lambda paired: f"{100 * paired.difference:+.2f}",
    "  from": lambda paired: f"{100 * paired.low:+.2f}",
    "  to": lambda paired: f"{100 * paired.high:+.2f}",
    "  p": lambda paired: f"{paired.p:.2g}",
}


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value).replace(", ", ",")
