"""Records of a training run and of its layers' health, and the CSV files that keep them (docs/formats.md)."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

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


@dataclass(frozen=True)
class LayerHealth:
    """How one layer does after `step` updates; NaN where a layer has no such value.

    Attributes:
        layer: 1 is the first; the last one's activations are the logits.
        activation_mean: Of what the next layer sees, over images and units.
        activation_std: Over the images, by unit; the root mean square of the units'.
        dead: Share of the ReLUs that are 0 for every image.
        grad_norm: Of the loss's gradient in W.
        update_ratio: Norm of an update of W at the record's rate, penalty included, over that of W.
        gamma_mean: Over batch norm's units, as the next three.
    """

    step: int
    epoch: float
    layer: int
    activation_mean: float
    activation_std: float
    dead: float
    grad_norm: float
    update_ratio: float
    gamma_mean: float
    gamma_std: float
    beta_mean: float
    beta_std: float


Row = TypeVar("Row", Record, LayerHealth)

COLUMNS = tuple(field.name for field in fields(Record))
HEALTH_COLUMNS = tuple(field.name for field in fields(LayerHealth))


def write_history(path: Path, records: Sequence[Record]) -> None:
    """Write one row a record; numbers in the shortest form that reads back as the same float."""
    _write(path, COLUMNS, records)


def read_history(path: Path) -> list[Record]:
    """Read what `write_history` wrote.

    Raises:
        UserError: The header is another one.
    """
    return _read(path, Record)


def write_health(path: Path, rows: Sequence[LayerHealth]) -> None:
    """Write one row a layer and record, in the form of `write_history`."""
    _write(path, HEALTH_COLUMNS, rows)


def read_health(path: Path) -> list[LayerHealth]:
    """Read what `write_health` wrote.

    Raises:
        UserError: The header is another one.
    """
    return _read(path, LayerHealth)


def _write(path: Path, columns: tuple[str, ...], rows: Sequence[Record] | Sequence[LayerHealth]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    write_text(path, text.getvalue())


def _read(path: Path, kind: type[Row]) -> list[Row]:
    columns: dict[str, Any] = {field.name: field.type for field in fields(kind)}
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        require(tuple(reader.fieldnames or ()) == tuple(columns), str(path), f"the columns {', '.join(columns)}", columns=reader.fieldnames)
        return [kind(**{name: read(row[name]) for name, read in columns.items()}) for row in reader]
