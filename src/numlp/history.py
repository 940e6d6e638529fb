"""Records of a training run, and the CSV file that keeps them (docs/formats.md)."""

import csv
import io
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from numlp.errors import require
from numlp.files import write_text


@dataclass(frozen=True)
class Record:
    """What is known after `step` updates. Cost and loss in nats, accuracy as a fraction of 1."""

    step: int
    epoch: float
    eta: float
    train_cost: float
    train_loss: float
    train_accuracy: float
    val_cost: float
    val_loss: float
    val_accuracy: float


COLUMNS = tuple(field.name for field in fields(Record))


def write_history(path: Path, records: list[Record]) -> None:
    """Write one row a record; numbers in the shortest form that reads back as the same float."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(record) for record in records)
    write_text(path, text.getvalue())


def read_history(path: Path) -> list[Record]:
    """Read what `write_history` wrote.

    Raises:
        UserError: The header is another one.
    """
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        require(tuple(reader.fieldnames or ()) == COLUMNS, str(path), f"the columns {', '.join(COLUMNS)}", columns=reader.fieldnames)
        return [Record(int(row.pop("step")), **{name: float(value) for name, value in row.items()}) for row in reader]
