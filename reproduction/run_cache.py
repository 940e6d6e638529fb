"""Finished runs, one file each under build/reproduction/runs: what was cut off goes on with the runs that are missing."""

from dataclasses import asdict, astuple, dataclass
from pathlib import Path

from numlp.files import read_json, write_json
from numlp.training.history import Record

RUNS = Path("build/reproduction/runs")


@dataclass(frozen=True)
class Result:
    """What a run gave: accuracies as fractions, costs in nats.

    Attributes:
        steps: Updates made.
        model_digest: SHA-256 of the parameters and stored moments.
        seconds: Wall time of the training, its records included.
        history: The records.
    """

    train_accuracy: float
    val_accuracy: float
    test_accuracy: float
    train_cost: float
    val_cost: float
    test_cost: float
    best_val_accuracy: float
    steps: int
    model_digest: str
    seconds: float
    history: tuple[Record, ...]


def save_result(path: Path, result: Result) -> None:
    """Write the file, whole or not at all."""
    content = asdict(result) | {"history": [astuple(record) for record in result.history]}
    write_json(path, content)


def load_result(path: Path) -> Result | None:
    """Read what `save_result` wrote; None when there is no such file."""
    content = read_json(path)
    return None if content is None else Result(**content | {"history": tuple(Record(*values) for values in content["history"])})
