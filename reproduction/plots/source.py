"""Where plots take their points from."""

from collections.abc import Sequence
from dataclasses import dataclass

from numlp.data.normalise import Name
from reproduction.measured import Measured, Run
from reproduction.plots.draw_values import Point
from reproduction.scoreboard import Score, published_accuracies


@dataclass(frozen=True)
class Source:
    """What the plots show: the runs, the published figures, and the data set's name."""

    measured: Measured
    scores: Sequence[Score]
    dataset: str

    def published(self, run: Run) -> dict[str, float]:
        """A report's accuracies of a run, in per cent by split."""
        return published_accuracies(self.scores, run)

    def subtitle(self, run: Run | None = None) -> str:
        """The second line of a figure's heading."""
        n = max((len(r.rows) for r in self.measured.runs), default=0) if run is None else len(run.histories)
        return f"{self.dataset}, {n} seed{'s' if n != 1 else ''}"


def read_point(source: Source, experiment: str, key: str, split: Name, x: float | str = "") -> Point:
    """The final accuracy of a run, with what was published for it."""
    run = source.measured.run(experiment, key)
    return Point(x, run.accuracies(split), source.published(run).get(split), run.own)
