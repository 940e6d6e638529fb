"""What the runs of the reproduction measured, as the report and the claims read it."""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from numlp.errors import require
from numlp.training.history import COLUMNS, Record

Split: TypeAlias = Literal["train", "val", "test"]
Settings: TypeAlias = frozenset[tuple[str, str]]
OWN = "own:"
"""Starts the key of a run with a value that we drew, where a search was published with others."""


SINGLE = "single"
"""The key of an experiment's only run."""


class NoDataError(LookupError):
    """No run was measured that could answer."""


@dataclass(frozen=True)
class Run:
    """All seeds of one choice of settings.

    Attributes:
        experiment: e01 to e33, x01.
        key: The overrides that tell the run from the others of its experiment, `name=value` joined by `;`.
        rows: The columns of the result file by seed: accuracies as fractions, costs in nats.
        histories: The records by seed, where they were kept.
    """

    experiment: str
    key: str
    rows: dict[int, dict[str, float]] = field(default_factory=dict)
    histories: dict[int, list[Record]] = field(default_factory=dict)

    @property
    def own(self) -> bool:
        """Whether a value of the run is our own draw."""
        return self.key.startswith(OWN)

    @property
    def settings(self) -> Settings:
        """The key as a set."""
        return parse_key(self.key)

    def value(self, name: str) -> str | None:
        """The value of one override, or None where the key has it not."""
        return dict(self.settings).get(name)

    def accuracy(self, split: Split = "test") -> dict[int, float]:
        """Accuracy in per cent, by seed."""
        return {seed: 100 * row[f"{split}_accuracy"] for seed, row in sorted(self.rows.items())}


def parse_key(key: str) -> Settings:
    """Read `name=value;name=value` as a set, with numbers in one form: 1e-3 is 0.001, and [50, 50] is [50,50]."""
    parts = [part for part in key.removeprefix(OWN).split(";") if part not in ("", SINGLE)]
    return frozenset((name.strip().lstrip("+"), _plain(value)) for name, _, value in (part.partition("=") for part in parts))


def _plain(value: str) -> str:
    text = "".join(value.split())
    try:
        return repr(float(text))
    except ValueError:
        return text


@dataclass(frozen=True)
class Measured:
    """The runs of all experiments, in the order of the result files."""

    runs: tuple[Run, ...]

    def of(self, experiment: str) -> list[Run]:
        """The runs of one experiment."""
        return [run for run in self.runs if run.experiment == experiment]

    def run(self, experiment: str, key: str = "") -> Run:
        """The one run, none of our own draws, whose settings contain those of `key`.

        Raises:
            NoDataError: There is none.
            UserError: There are several, so `key` says too little.
        """
        wanted = parse_key(key)
        found = [run for run in self.of(experiment) if not run.own and wanted <= run.settings]
        exact = [run for run in found if run.settings == wanted]
        if not found:
            raise NoDataError(f"{experiment} has no run {key or '(the only one)'}")
        chosen = exact or found
        require(len(chosen) == 1, experiment, "a key that one run has", key=key, runs=[run.key for run in chosen])
        return chosen[0]

    def accuracy(self, experiment: str, key: str = "", split: Split = "test") -> dict[int, float]:
        """Accuracy in per cent by seed of the one run that `key` names."""
        return self.run(experiment, key).accuracy(split)


def load_measured(folder: Path) -> Measured:
    """Read `<experiment>.csv` and `<experiment>_history.csv[.gz]` of the folder.

    Raises:
        UserError: A file has no columns `experiment`, `run` and `seed`.
    """
    runs: dict[tuple[str, str], Run] = {}
    for path in sorted(folder.glob("[ex][0-9][0-9].csv")):
        for row in _rows(path):
            name = (row["experiment"], row["run"])
            run = runs.setdefault(name, Run(*name))
            run.rows[int(row["seed"])] = dict(_numbers(row))
    for path in sorted(folder.glob("[ex][0-9][0-9]_history.csv*")):
        for row in _rows(path):
            name = (row["experiment"], row["run"])
            if name in runs:
                runs[name].histories.setdefault(int(row["seed"]), []).append(_record(row))
    return Measured(tuple(runs.values()))


def _rows(path: Path) -> list[dict[str, str]]:
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = reader.fieldnames or []
    require({"experiment", "run", "seed"} <= set(columns), str(path), "the columns experiment, run, seed", columns=columns)
    return list(reader)


def _numbers(row: dict[str, str]) -> Iterator[tuple[str, float]]:
    for name, value in row.items():
        if name.endswith(("_accuracy", "_cost")) or name == "steps":
            yield name, float(value) if value else float("nan")


def _record(row: dict[str, str]) -> Record:
    return Record(int(row["step"]), *(float(row[name]) for name in COLUMNS[1:]))


def paired(a: dict[int, float], b: dict[int, float]) -> tuple[float, ...]:
    """Differences a - b for each seed that both have, in the order of the seeds."""
    return tuple(a[seed] - b[seed] for seed in common(a, b))


def common(*by_seed: Iterable[int]) -> list[int]:
    """The seeds that all have, in order."""
    first, *others = (set(seeds) for seeds in by_seed)
    return sorted(first.intersection(*others))
