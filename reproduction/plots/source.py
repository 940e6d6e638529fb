"""The results that plots show."""

from collections.abc import Sequence
from dataclasses import dataclass

from numlp.data.normalise import Name
from reproduction.measured import Measured, Run
from reproduction.plots.draw_values import Point
from reproduction.scoreboard import Score


@dataclass(frozen=True)
class Source:
    """The runs, the published figures, and the data set's name."""

    measured: Measured
    scores: Sequence[Score]
    dataset: str

    def published(self, run: Run) -> dict[str, float]:
        """A report's accuracies of a run, in per cent by split."""
        return {score.published.split: score.published.value for score in self.scores if score.run is run}

    def subtitle(self, run: Run | None = None) -> str:
        """The second line of a figure's heading."""
        n = max((len(r.rows) for r in self.measured.runs), default=0) if run is None else len(run.histories)
        return f"{self.dataset}, {n} seed{'s' if n != 1 else ''}"

    def point(self, name: str, split: Name, x: float | str = "") -> Point:
        """The final accuracy of a run, with what was published for it."""
        run = self.measured.run(name)
        return Point(x, run.accuracies(split), self.published(run).get(split), run.own)
