"""Finished runs, one file each under build/reproduction/runs: what was cut off goes on with the runs that are missing."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

from numlp.files import sha256, write_text
from numlp.history import Record

RUNS = Path("build/reproduction/runs")
SOURCES = (  # of the package: all that a run's figures follow from, beside choices and data; reproduction/dvc.yaml names the same
    "nn",
    "optim",
    "data/batches.py",
    "data/preprocess.py",
    "build.py",
    "evaluate.py",
    "final_moments.py",
    "train.py",
)


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
    write_text(path, json.dumps(content) + "\n")


def load_result(path: Path) -> Result | None:
    """Read what `save_result` wrote; None when there is no such file."""
    if not path.exists():
        return None
    content = json.loads(path.read_text())
    return Result(**content | {"history": tuple(Record(*values) for values in content["history"])})


def run_file(folder: Path, ingredients: Mapping[str, Any]) -> Path:
    """The file of the run made from `ingredients`: choices, data set, source and library."""
    text = json.dumps(ingredients, sort_keys=True)
    return folder / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"


def sources_digest(package: Path, names: Iterable[str] = SOURCES) -> str:
    """SHA-256 over the modules that figures follow from."""
    paths = [path for name in names for path in ([package / name] if name.endswith(".py") else sorted((package / name).glob("*.py")))]
    lines = [f"{path.relative_to(package).as_posix()} {sha256(path)}" for path in paths]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
