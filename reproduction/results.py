"""Results of the runs: cached one by one, and each experiment's result files (docs/formats.md) with a note of what made them.

All are written below build/; only `python -m reproduction commit` changes those that git keeps (`reproduction.commit`).
"""

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, field, fields
from pathlib import Path
from typing import Any

from numlp.errors import UserError
from numlp.files import read_json, read_rows, write_json, write_rows
from numlp.training.history import Record

HOME = Path("reproduction")
COMMITTED = HOME / "results"  # in git
BUILD = Path("build/reproduction")
FOLDER = BUILD / "results"
RUNS = BUILD / "runs"  # cached results, a file per run
WALL = BUILD / "wall.json"  # the time of the last go that made runs, and how many
EXPERIMENTS = "[ex][0-9][0-9].csv"  # result files
PROVENANCE, CANARIES = "provenance.json", "canaries.csv"
CHECK = "check"  # the runs that test stated intervals: check.csv
OWN = "own:"  # starts the key of a run whose values the report did not try
SINGLE = "single"  # the key of an experiment's only run


@dataclass(frozen=True)
class RunKey:
    """A run's experiment, e.g. e01, the overrides that tell it from the experiment's other runs, and its seed."""

    experiment: str
    run: str
    seed: int

    def __str__(self) -> str:
        return f"{self.experiment} {self.run} seed {self.seed}"


@dataclass(frozen=True)
class Metrics:
    """The metrics of a run: accuracies as fractions, costs in nats, SHA-256 of the parameters and stored moments, and the BLAS kernel."""

    train_accuracy: float
    val_accuracy: float
    test_accuracy: float
    train_cost: float
    val_cost: float
    test_cost: float
    best_val_accuracy: float
    steps: int
    model_digest: str
    kernel: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class Result(Metrics):
    """The result of a run: its metrics, the wall time of the training with its records, and the records."""

    seconds: float
    history: tuple[Record, ...]


@dataclass(frozen=True)
class ResultRow(Metrics, RunKey):
    """A row of <experiment>.csv; it has no times, so that the same results are the same bytes."""


@dataclass(frozen=True)
class RecordRow(Record, RunKey):
    """A row of <experiment>_history.csv.gz."""


@dataclass(frozen=True)
class Canary:
    """A short run on synthetic images, whose digest is another one where code trains other bits: a row of canaries.csv."""

    experiment: str
    run: str
    kernel: str
    model_digest: str


def save_result(path: Path, result: Result) -> None:
    """Cache a result, whole or not at all."""
    write_json(path, asdict(result) | {"history": [astuple(record) for record in result.history]})


def load_result(path: Path) -> Result | None:
    """Read what `save_result` wrote; None when there is no such file."""
    content = read_json(path)
    return None if content is None else Result(**content | {"history": tuple(Record(*values) for values in content["history"])})


def write_results(folder: Path, experiment: str, results: Sequence[tuple[RunKey, Result]], note: dict[str, Any]) -> None:
    """Write <experiment>.csv, its records, and <experiment>.json last: no note vouches for files that are about to change."""
    (folder / f"{experiment}.json").unlink(missing_ok=True)
    names = [field.name for field in fields(Metrics)]
    rows = [ResultRow(**asdict(key), **{name: getattr(result, name) for name in names}) for key, result in results]
    if experiment != CHECK:
        records = [RecordRow(**asdict(key), **asdict(record)) for key, result in results for record in result.history]
        write_rows(folder / f"{experiment}_history.csv.gz", RecordRow, records)
    write_rows(folder / f"{experiment}.csv", ResultRow, rows)
    write_json(folder / f"{experiment}.json", note)


def read_results(folder: Path, experiment: str) -> list[ResultRow]:
    """The rows of <experiment>.csv; none when it was not made yet.

    Raises:
        UserError: The columns are others.
    """
    path = folder / f"{experiment}.csv"
    return read_rows(path, ResultRow) if path.exists() else []


def read_provenance(folder: Path) -> dict[str, Any]:
    """Read provenance.json: data set, code, machine, seeds and overrides.

    Raises:
        UserError: There are no results yet.
    """
    provenance = read_json(folder / PROVENANCE)
    if provenance is None:
        raise UserError(f"no results in {folder}; run make reports first")
    return provenance
