"""Plots by kind: curves side by side or in one panel, accuracies by name, and searches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from typing import TypeAlias

from numlp.data.normalise import SPLITS, Name
from reproduction.measured import Measured, NoDataError, Run
from reproduction.plots.draw_curves import common_limits, draw_curves, draw_together, draw_validation_accuracy
from reproduction.plots.draw_values import Point, draw_against_lambda, draw_against_names, draw_surface
from reproduction.plots.plot_style import Plot, Plots
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


Maker: TypeAlias = Callable[[Source, str], Plots]
"""Makes plots of an experiment."""

NORMS = {"norm=none": "Without batch norm", "norm=before": "With batch norm"}


def _recorded(source: Source, experiment: str, labels: Mapping[str, str]) -> dict[str, Run]:
    return {label: source.measured.recorded(f"{experiment} {key}") for key, label in labels.items()}


def side_by_side(titles: Mapping[str, str]) -> Maker:
    """Curves of several runs, a column each, on the same axes."""

    def make(source: Source, experiment: str) -> Plots:
        runs = _recorded(source, experiment, titles)
        ends = common_limits(list(runs.values()))
        plots = []
        for number, (title, run) in enumerate(runs.items(), start=1):
            draw = partial(draw_curves, run, title, source.subtitle(run), ends, source.published(run))
            alt = f"{experiment.upper()}, {title}: cost, loss and accuracy against the update step"
            plots.append(Plot(f"{experiment}_curves_{number}", alt, draw))
        return Plots(tuple(plots))

    return make


def three_ways(source: Source, experiment: str) -> Plots:
    """The cost recorded in R2's three ways in one panel; the records of the validation images are the same in all."""
    runs = _recorded(source, experiment, {f"train.record.cost={method}": method for method in ("full", "aggregated", "smoothed")})
    title = "Cost recorded in three ways, 1 cycle"
    draw = partial(draw_together, runs, title, source.subtitle(), "cost", True)
    return Plots((Plot(f"{experiment}_cost", title, draw),))


def rates(source: Source, experiment: str) -> Plots:
    """Accuracy for three learning rates, without and with batch norm."""
    plots = []
    for norm, title in NORMS.items():
        runs = _recorded(source, experiment, {f"{norm};schedule.eta={eta}": f"eta {eta}" for eta in ("0.001", "0.01", "0.1")})
        draw = partial(draw_together, runs, f"{title}: accuracy", source.subtitle(), "accuracy")
        plots.append(Plot(f"{experiment}_accuracy_{norm[5:]}", f"{title}: accuracy for three learning rates", draw))
    return Plots(tuple(plots))


def rescue(source: Source, experiment: str) -> Plots:
    """The validation accuracy from two sizes of initial weights, without and with batch norm."""
    names, title = {"norm=before": "batch norm", "norm=none": "no batch norm"}, "Batch norm rescues small initial weights"
    keys = {f"{norm};init.sigma={sigma}": f"{name}, sigma {sigma}" for norm, name in names.items() for sigma in ("0.1", "0.0001")}
    draw = partial(draw_validation_accuracy, _recorded(source, experiment, keys), title, source.subtitle())
    return Plots((Plot(f"{experiment}_rescue", f"{experiment.upper()}: {title}", draw),))


def named(runs: Mapping[str, str], title: str, name: str = "") -> Maker:
    """Test accuracies of runs, named by what they are, beside the published ones."""

    def make(source: Source, experiment: str) -> Plots:
        points = [source.point(run, "test", label) for label, run in runs.items()]
        draw = partial(draw_against_names, points, title, source.subtitle(), "test accuracy (%)")
        return Plots((Plot(f"{experiment}_values{name}", title, draw),))

    return make


def searches(*splits: Name) -> Maker:
    """Accuracy against lambda, in a column for each split."""

    def make(source: Source, experiment: str) -> Plots:
        runs = source.measured.of(experiment)
        if not runs:
            raise NoDataError(f"{experiment} was not measured")
        plots = []
        for split in splits:
            name = SPLITS[split]
            points = [Point(run.number("lam"), run.accuracies(split), source.published(run).get(split), run.own) for run in runs]
            title = f"{name.capitalize()} accuracy against lambda"
            draw = partial(draw_against_lambda, points, title, source.subtitle(), f"{name} accuracy (%)")
            plots.append(Plot(f"{experiment}_lambda_{split}", f"{experiment.upper()}: {name} accuracy against lambda", draw))
        return Plots(tuple(plots))

    return make


def pairs(source: Source, experiment: str) -> Plots:
    """The surface of validation accuracy over learning rate and lambda."""
    runs = source.measured.of(experiment)
    own = [run for run in runs if run.own]
    best = next(((run, value) for run in runs if not run.own for value in source.published(run).values()), None)
    if best is None or len(own) < 4:
        raise NoDataError(f"{experiment} has no pairs to draw")
    run, value = best
    places = [(run.number("schedule.eta"), run.number("lam")) for run in own]
    star = (run.number("schedule.eta"), run.number("lam"), value)
    values = [fmean(run.accuracies("val")) for run in own]
    draw = partial(draw_surface, places, values, star, "Validation accuracy over pairs", source.subtitle(own[0]))
    return Plots(
        (Plot(f"{experiment}_surface", "Accuracy over pairs of learning rate and lambda", draw),),
        "Dots: our draws, of the first seed. Star: the report's best pair.",
    )
