"""Dataclasses of numbers and text as rows of a CSV file."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from numlp.errors import require
from numlp.files import write_text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = TypeVar("Row", bound="DataclassInstance")


def write_rows(path: Path, kind: type[Row], rows: Sequence[Row]) -> None:
    """Write one line a row, below the names of its fields; numbers in the shortest form that reads back as the same float."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(kind)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    write_text(path, text.getvalue())


def read_rows(path: Path, kind: type[Row]) -> list[Row]:
    """Read what `write_rows` wrote.

    Raises:
        UserError: The header is another one.
    """
    columns: dict[str, Any] = {field.name: field.type for field in fields(kind)}
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        require(tuple(reader.fieldnames or ()) == tuple(columns), str(path), f"the columns {', '.join(columns)}", columns=reader.fieldnames)
        return [kind(**{name: read(row[name]) for name, read in columns.items()}) for row in reader]
