"""Every published accuracy beside what the runs measured."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reproduction.measured import Measured, Run, parse_key
from reproduction.scoreboard import Published, accuracies, compare, read_published
from reproduction.significance import Estimate, estimate, one_more

SPLITS = {"train": "training", "val": "validation", "test": "test"}


@dataclass(frozen=True)
class Score:
    """A published accuracy, and ours in per cent, one a seed; none where the run was not measured."""

    published: Published
    values: tuple[float, ...]

    @property
    def estimate(self) -> Estimate:
        """Mean, standard deviation and interval of ours."""
        return estimate(self.values)

    @property
    def difference(self) -> float:
        """Ours minus published, points; NaN without data."""
        return self.estimate.mean - self.published.value if self.values else math.nan

    @property
    def one_more(self) -> tuple[float, float]:
        """Where one more run of ours would lie, with 95 % probability."""
        return one_more(self.estimate)

    @property
    def by_chance(self) -> bool:
        """Whether the published run may be one of ours by another seed."""
        low, high = self.one_more
        return low <= self.published.value <= high

    @property
    def within(self) -> bool:
        """Whether our mean lies within the scoreboard's tolerance."""
        return compare(self.published, self.values)["within"] == "true"


def load_scores(path: Path, measured: Measured) -> list[Score]:
    """Read published.csv and find the run of each row."""
    return [Score(row, accuracies(row, measured)) for row in read_published(path)]


def published_of(scores: Sequence[Score], run: Run) -> dict[str, float]:
    """What a report prints for a run, in per cent by split."""
    rows = [score.published for score in scores if score.published.experiment == run.experiment and not run.own]
    return {row.split: row.value for row in rows if parse_key(row.run) == run.settings}
