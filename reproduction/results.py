"""The result files of the experiments: one row a run and seed, and the records (docs/formats.md)."""

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from numlp.errors import require
from numlp.files import replacing, write_text
from numlp.training.history import COLUMNS
from reproduction.run_cache import Result

FOLDER = Path("reproduction/results")
KEYS = ("experiment", "run", "seed")
VALUES = tuple(field.name for field in fields(Result) if field.name not in ("history", "seconds"))  # no times: outs stay the same


@dataclass(frozen=True)
class Row:
    """One run: its experiment, key and seed, and what it gave."""

    experiment: str
    run: str
    seed: int
    result: Result


def write_results(folder: Path, experiment: str, rows: Sequence[Row]) -> None:
    """Write <experiment>.csv and <experiment>_history.csv.gz."""
    text = table([*KEYS, *VALUES], ([r.experiment, r.run, r.seed, *(getattr(r.result, name) for name in VALUES)] for r in rows))
    records = ([r.experiment, r.run, r.seed, *asdict(record).values()] for r in rows for record in r.result.history)
    with replacing(folder / f"{experiment}_history.csv.gz") as file:
        file.write(gzip.compress(table([*KEYS, *COLUMNS], records).encode(), mtime=0))  # the same records, the same bytes
    write_text(folder / f"{experiment}.csv", text)


def read_results(folder: Path, experiment: str) -> list[dict[str, str]]:
    """The rows of <experiment>.csv as text; none when it was not made yet.

    Raises:
        UserError: The columns are others.
    """
    path = folder / f"{experiment}.csv"
    if not path.exists():
        return []
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        require(tuple(reader.fieldnames or ()) == (*KEYS, *VALUES), str(path), f"the columns {', '.join((*KEYS, *VALUES))}")
        return list(reader)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV text; numbers in the shortest form that reads back as the same float."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
