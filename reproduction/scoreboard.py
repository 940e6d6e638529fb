"""The scoreboard: each published accuracy beside the mean of our runs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import cast

from numlp.errors import require
from numlp.files import read_rows, write_text
from reproduction.measured import Measured, NoDataError, Split, load_measured
from reproduction.results import table

PUBLISHED = Path("reproduction/published.csv")
NEAR = 1.5  # points
HEADER = ("id", "table", "row", "split", "published", "mean", "std", "n", "within")


@dataclass(frozen=True)
class Published:
    """One published accuracy, `value`, in per cent.

    Attributes:
        id: E.g. E01-04.
        experiment: E.g. e01.
        source: The report, R0 to R4.
        table: The place in it.
        row: What it was published for.
        run: The key of the run that it is compared with.
        split: train, val or test.
        value: As published, in per cent.
        reading: The section of docs/published.md that says how it is read; empty where nothing is ambiguous.
    """

    id: str
    experiment: str
    source: str
    table: str
    row: str
    run: str
    split: str
    value: float
    reading: str


def read_published(path: Path) -> list[Published]:
    """Read published.csv.

    Raises:
        UserError: The columns are others, or a value is no accuracy.
    """
    rows = read_rows(path, Published)
    for row in rows:
        require(0 <= row.value <= 100 and row.split in ("train", "val", "test"), row.id, "per cent, of train, val or test", row=row)
    return rows


def compare(published: Published, accuracies: Sequence[float]) -> dict[str, object]:
    """A row of the scoreboard.

    Args:
        published: What is compared.
        accuracies: Of its run, in per cent, one a seed; where there are none, mean and std are empty and nothing is within.
    """
    n = len(accuracies)
    average = mean(accuracies) if n > 0 else math.nan
    # to the published figures' digits: the bound is a decimal number, and rounding errors must not decide at it
    near = n > 0 and round(abs(average - published.value), 6) <= NEAR
    return {
        **{name: getattr(published, name) for name in ("id", "table", "row", "split")},
        "published": published.value,
        "mean": average if n > 0 else "",
        "std": stdev(accuracies) if n > 1 else "",
        "n": n,
        "within": str(near).lower(),
    }


def accuracies(published: Published, measured: Measured) -> tuple[float, ...]:
    """Of the published row's run, in per cent, one per seed; none where it was not measured."""
    try:
        return tuple(measured.run(published.experiment, published.run).accuracy(cast(Split, published.split)).values())
    except NoDataError:
        return ()


def scoreboard(published: Sequence[Published], folder: Path) -> list[dict[str, object]]:
    """Compare every published accuracy with the result files of `folder`."""
    measured = load_measured(folder)
    return [compare(row, accuracies(row, measured)) for row in published]


def write_scoreboard(published: Path, folder: Path) -> list[dict[str, object]]:
    """Write scoreboard.csv to `folder`; return its rows."""
    rows = scoreboard(read_published(published), folder)
    write_text(folder / "scoreboard.csv", table(HEADER, ([row[name] for name in HEADER] for row in rows)))
    return rows
