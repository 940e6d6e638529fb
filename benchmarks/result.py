"""What a part of the benchmark gives: tables, and the rows that have a target."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.stats import Spread

Cell = str | Spread


@dataclass
class Row:
    """A measurement with a target.

    Attributes:
        what: What is measured, with its unit where it has one.
        measured: Its spread; None where it cannot be measured here.
        must: The bound of the median.
        aim: A better one.
        least: The bounds are the least, not the most.
    """

    what: str
    measured: Spread | None
    must: float
    aim: float
    least: bool = False

    @property
    def verdict(self) -> str:
        """Which bound the median keeps."""
        if self.measured is None:
            return "not measured"
        sign = -1 if self.least else 1
        found = sign * self.measured.median
        return "aim" if found <= sign * self.aim else "yes" if found <= sign * self.must else "NO"


@dataclass
class Table:
    """Cells are text or spreads; the first column names the row."""

    title: str
    head: list[str]
    rows: list[list[Cell]] = field(default_factory=list)


@dataclass
class Part:
    """Results of one part.

    Attributes:
        title: What the part shows.
        tables: In the order of the document.
        rows: Those with a target.
        costs: Rows of the page's first table: what, then seconds of ours, PyTorch, JAX and scikit-learn.
        about: Machine, code and libraries, and the command's settings.
    """

    title: str
    tables: list[Table]
    rows: list[Row] = field(default_factory=list)
    costs: list[list[Cell]] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The part in JSON's types."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Part":
        """The part that `to_json` gave."""
        tables = [Table(t["title"], t["head"], _cells(t["rows"])) for t in values["tables"]]
        rows = [Row(**{**row, "measured": row["measured"] and Spread(**row["measured"])}) for row in values["rows"]]
        return cls(values["title"], tables, rows, _cells(values["costs"]), values["about"])


def _cells(rows: list[list[Any]]) -> list[list[Cell]]:
    return [[cell if isinstance(cell, str) else Spread(**cell) for cell in row] for row in rows]


def milliseconds(seconds: Sequence[float]) -> list[float]:
    """The same in ms."""
    return [1000 * value for value in seconds]
