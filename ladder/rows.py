"""A row for each run: docs/ladder.csv, and build/ladder.csv of new runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from numlp.files import read_rows, write_rows

TABLE = Path("docs/ladder.csv")
BUILD = Path("build/ladder.csv")


@dataclass(frozen=True)
class Row:
    """A run of a rung: accuracies as fractions, NaN where one was not asked for, and what it was made with.

    Attributes:
        experiment: Its file in conf/experiment.
        augmentation: How the training images were changed; empty: not at all.
        train_seconds: Time of training, evaluations on the way included.
        test_flip_accuracy: Accuracy over the test split, of images with their mirror images.
    """

    experiment: str
    seed: int
    augmentation: str
    parameters: int
    epochs: float
    train_seconds: float
    val_accuracy: float
    test_accuracy: float
    test_flip_accuracy: float
    threads: int
    kernel: str
    cpu: str
    archive: str


def read(path: Path) -> list[Row]:
    """All rows; none where there is no file."""
    return read_rows(path, Row) if path.exists() else []


def add(path: Path, row: Row) -> None:
    """Add a row in the order of experiments and seeds, in place of an earlier one of the same run."""
    others = [other for other in read(path) if (other.experiment, other.seed) != (row.experiment, row.seed)]
    write_rows(path, Row, sorted([*others, row], key=lambda one: (one.experiment, one.seed)))


def of(rows: Sequence[Row], experiment: str) -> list[Row]:
    """Those of an experiment."""
    return [row for row in rows if row.experiment == experiment]
