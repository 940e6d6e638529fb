"""The results of the reproduction's runs, as the report and the claims read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from numlp.data.normalise import Name
from numlp.errors import require
from numlp.files import read_rows
from numlp.training.history import Record
from reproduction.gradient_checks import CHECKED, Checked
from reproduction.results import CHECK, EXPERIMENTS, OWN, SINGLE, Metrics, RecordRow, read_results

Settings: TypeAlias = frozenset[tuple[str, str]]


class NoDataError(LookupError):
    """No run was measured that could answer."""


@dataclass(frozen=True)
class Run:
    """All seeds of one choice of settings: by seed the metrics, and the records where there are any.

    Its key holds the overrides that tell it from the others of its experiment, `name=value` joined by `;`. Seeds that test a stated
    interval are `further`.
    """

    experiment: str
    key: str
    rows: dict[int, Metrics] = field(default_factory=dict)
    histories: dict[int, list[Record]] = field(default_factory=dict)
    further: dict[int, Metrics] = field(default_factory=dict)

    @property
    def own(self) -> bool:
        """Whether a value of the run is our own draw."""
        return self.key.startswith(OWN)

    @property
    def settings(self) -> Settings:
        """The key as a set."""
        return parse_key(self.key)

    def number(self, name: str) -> float:
        """The value of one override; NaN where the key has it not."""
        return float(dict(self.settings).get(name, "nan"))

    def accuracy(self, split: Name = "test") -> dict[int, float]:
        """Accuracy in per cent, by seed."""
        return {seed: 100 * float(getattr(row, f"{split}_accuracy")) for seed, row in sorted(self.rows.items())}

    def accuracies(self, split: Name = "test") -> tuple[float, ...]:
        """Accuracy in per cent, one per seed."""
        return tuple(self.accuracy(split).values())

    def further_accuracies(self, split: Name = "test") -> tuple[float, ...]:
        """Accuracy in per cent of the seeds that test an interval of the others."""
        return replace(self, rows=self.further).accuracies(split)


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
    """The runs of all experiments, in the order of the result files, and the gradient checks."""

    runs: Sequence[Run]
    gradients: Sequence[Checked] = ()

    def of(self, experiment: str) -> list[Run]:
        """The runs of one experiment."""
        return [run for run in self.runs if run.experiment == experiment]

    def run(self, name: str) -> Run:
        """The one run, none of our own draws, whose settings contain those of a name such as "e01 norm=before".

        Raises:
            NoDataError: There is none.
            UserError: There are several, so the name says too little.
        """
        experiment, _, key = name.partition(" ")
        wanted = parse_key(key)
        matching = [run for run in self.of(experiment) if not run.own and wanted <= run.settings]
        chosen = [run for run in matching if run.settings == wanted] or matching
        if not chosen:
            raise NoDataError(f"{experiment} has no run {key or '(the only one)'}")
        require(len(chosen) == 1, experiment, "a key that one run has", key=key, runs=[run.key for run in chosen])
        return chosen[0]

    def find(self, name: str) -> Run | None:
        """The run with these settings; None where it was not measured."""
        try:
            return self.run(name)
        except NoDataError:
            return None

    def recorded(self, name: str) -> Run:
        """The run, with its records.

        Raises:
            NoDataError: There is none, or it has no records.
        """
        run = self.run(name)
        if not run.histories:
            raise NoDataError(f"{name} kept no records")
        return run


def load_measured(folder: Path) -> Measured:
    """Read the result files of the folder: `<experiment>.csv`, `<experiment>_history.csv.gz` and the gradient checks.

    Raises:
        UserError: The columns of a file are others.
    """
    runs: dict[tuple[str, str], Run] = {}
    for path in sorted(folder.glob(EXPERIMENTS)):
        for row in read_results(folder, path.stem):
            name = (row.experiment, row.run)
            runs.setdefault(name, Run(*name)).rows[row.seed] = row
        records = folder / f"{path.stem}_history.csv.gz"
        for record in read_rows(records, RecordRow) if records.exists() else []:
            if (record.experiment, record.run) in runs:
                runs[record.experiment, record.run].histories.setdefault(record.seed, []).append(record)
    for row in read_results(folder, CHECK):
        runs[row.experiment, row.run].further[row.seed] = row
    checks = folder / CHECKED
    return Measured(tuple(runs.values()), read_rows(checks, Checked) if checks.exists() else [])


def paired(a: dict[int, float], b: dict[int, float]) -> dict[int, float]:
    """Differences a - b for each seed that both have, in the order of the seeds."""
    return {seed: a[seed] - b[seed] for seed in common(a, b)}


def common(*by_seed: Iterable[int]) -> list[int]:
    """The seeds that all have, in order."""
    first, *others = (set(seeds) for seeds in by_seed)
    return sorted(first.intersection(*others))
