"""The scoreboard: each published accuracy beside the mean of our runs."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

from numlp.data.normalise import SPLITS, Name
from numlp.errors import require
from numlp.files import read_rows
from reproduction.measured import Measured, Run
from reproduction.results import HOME
from reproduction.significance import Estimate, estimate, predict_one_more

PUBLISHED = HOME / "published.csv"
NEAR = 1.5  # percentage points
WIDEST = 10.0  # percentage points: a prediction interval with ends further apart confirms nothing


@dataclass(frozen=True)
class Published:
    """One published accuracy, `value`, in per cent, with its place in a report.

    Attributes:
        id: The row's name, such as E01-04.
        source: The report, R0 to R4.
        run: The key of the run that it is compared with.
        reading: The entry of explanations.yaml that says how it is read; empty where nothing is ambiguous.
    """

    id: str
    experiment: str
    source: str
    table: str
    row: str
    run: str
    split: str
    value: float
    reading: str


def read_published(path: Path) -> list[Published]:
    """Read published.csv.

    Raises:
        UserError: The columns are others, or a value is no accuracy.
    """
    rows = read_rows(path, Published)
    for row in rows:
        require(0 <= row.value <= 100 and row.split in SPLITS, row.id, "per cent, of train, val or test", row=row)
    return rows


@dataclass(frozen=True)
class Score:
    """A published accuracy, our run for it (None where that was not measured), and the split of ours that it is compared with."""

    published: Published
    run: Run | None
    split: Name

    @property
    def split_name(self) -> str:
        """The split, for people."""
        return SPLITS[self.split]

    @cached_property
    def values(self) -> tuple[float, ...]:
        """Ours in per cent, one per seed."""
        return self.run.accuracies(self.split) if self.run is not None else ()

    @cached_property
    def estimate(self) -> Estimate:
        """Mean, standard deviation and interval of ours."""
        return estimate(self.values)

    @property
    def difference(self) -> float:
        """Ours minus published, points; NaN without data."""
        return self.estimate.mean - self.published.value

    @property
    def one_more(self) -> tuple[float, float]:
        """The interval in which one more run of ours would lie, with 95 % probability."""
        return predict_one_more(self.estimate)

    @property
    def by_chance(self) -> bool:
        """Whether the published run may be one of ours by another seed, whose interval is narrow enough to say so."""
        low, high = self.one_more
        return low <= self.published.value <= high and high - low <= WIDEST

    @property
    def within(self) -> bool:
        """Whether our mean lies within the tolerance; it does not without data."""
        # to the published figures' digits: the bound is a decimal number, and rounding errors must not decide at it
        return round(abs(self.difference), 6) <= NEAR


def load_scores(published: Path, measured: Measured) -> list[Score]:
    """Read published.csv and find the run of each row."""
    rows = read_published(published)
    return [Score(row, measured.find(f"{row.experiment} {row.run}"), cast(Name, row.split)) for row in rows]
