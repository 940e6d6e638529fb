"""What the runs of the reproduction measured, as the report and the claims read it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from numlp.data.normalise import Name
from numlp.errors import require
from numlp.files import read_rows
from numlp.training.history import Record
from reproduction.results import OWN, SINGLE, Metrics, RecordRow, read_results

Settings: TypeAlias = frozenset[tuple[str, str]]


class NoDataError(LookupError):
    """No run was measured that could answer."""


@dataclass(frozen=True)
class Run:
    """All seeds of one choice of settings.

    Attributes:
        experiment: e01 to e33, x01.
        key: The overrides that tell the run from the others of its experiment, `name=value` joined by `;`.
        rows: What was measured, by seed.
        histories: The records by seed, where there are any.
    """

    experiment: str
    key: str
    rows: dict[int, Metrics] = field(default_factory=dict)
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

    def number(self, name: str) -> float:
        """That value as a number; NaN where the key has it not."""
        return float(self.value(name) or "nan")

    def accuracy(self, split: Name = "test") -> dict[int, float]:
        """Accuracy in per cent, by seed."""
        return {seed: 100 * float(getattr(row, f"{split}_accuracy")) for seed, row in sorted(self.rows.items())}

    def accuracies(self, split: Name = "test") -> tuple[float, ...]:
        """Accuracy in per cent, one per seed."""
        return tuple(self.accuracy(split).values())


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
        matching = [run for run in self.of(experiment) if not run.own and wanted <= run.settings]
        exact = [run for run in matching if run.settings == wanted]
        if not matching:
            raise NoDataError(f"{experiment} has no run {key or '(the only one)'}")
        chosen = exact or matching
        require(len(chosen) == 1, experiment, "a key that one run has", key=key, runs=[run.key for run in chosen])
        return chosen[0]

    def recorded(self, experiment: str, key: str = "") -> Run:
        """That run, with its records.

        Raises:
            NoDataError: There is none, or it has no records.
        """
        run = self.run(experiment, key)
        if not run.histories:
            raise NoDataError(f"{experiment} {key} kept no records")
        return run

    def accuracy(self, experiment: str, key: str = "", split: Name = "test") -> dict[int, float]:
        """Accuracy in per cent by seed of the one run that `key` names."""
        return self.run(experiment, key).accuracy(split)


def load_measured(folder: Path) -> Measured:
    """Read `<experiment>.csv` and `<experiment>_history.csv.gz` of the folder.

    Raises:
        UserError: The columns of a file are others.
    """
    runs: dict[tuple[str, str], Run] = {}
    for path in sorted(folder.glob("[ex][0-9][0-9].csv")):
        for row in read_results(folder, path.stem):
            name = (row.experiment, row.run)
            runs.setdefault(name, Run(*name)).rows[row.seed] = row
    for path in sorted(folder.glob("[ex][0-9][0-9]_history.csv.gz")):
        for record in read_rows(path, RecordRow):
            name = (record.experiment, record.run)
            if name in runs:
                runs[name].histories.setdefault(record.seed, []).append(record)
    return Measured(tuple(runs.values()))


def paired(a: dict[int, float], b: dict[int, float]) -> tuple[float, ...]:
    """Differences a - b for each seed that both have, in the order of the seeds."""
    return tuple(a[seed] - b[seed] for seed in common(a, b))


def common(*by_seed: Iterable[int]) -> list[int]:
    """The seeds that all have, in order."""
    first, *others = (set(seeds) for seeds in by_seed)
    return sorted(first.intersection(*others))
