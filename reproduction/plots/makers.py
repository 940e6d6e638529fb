"""Plots by kind: curves side by side or in one panel, accuracies by name, tables of accuracies, and searches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isnan
from statistics import fmean
from typing import TypeAlias

from numlp.data.normalise import SPLITS, Name
from reproduction.measured import Measured, NoDataError, Run
from reproduction.plots.draw_curves import common_limits, draw_curves, draw_together, draw_validation_accuracy
from reproduction.plots.draw_values import Point, draw_against_lambda, draw_against_names, draw_grid, draw_surface
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

BAND = "Mean of the seeds, in a band from lowest to highest."
NORMS = {"norm=none": "Without batch norm", "norm=before": "With batch norm"}
SEARCHED: tuple[Name, ...] = ("val", "test")
LINEAR = ("e07",)
"""Searches in even steps, on a linear axis."""


def _recorded(source: Source, experiment: str, labels: Mapping[str, str]) -> dict[str, Run]:
    return {label: source.measured.recorded(f"{experiment} {key}") for key, label in labels.items()}


def side_by_side(titles: Mapping[str, str], caption: str = BAND, name: str = "curves") -> Maker:
    """Curves of several runs, a column each, on the same axes."""

    def make(source: Source, experiment: str) -> Plots:
        runs = _recorded(source, experiment, titles)
        ends = common_limits(list(runs.values()))
        plots = []
        for number, (title, run) in enumerate(runs.items(), start=1):
            draw = partial(draw_curves, run, title, source.subtitle(run), ends, source.published(run))
            alt = f"{experiment.upper()}, {title}: cost, loss and accuracy in training and validation against the update step"
            plots.append(Plot(f"{experiment}_{name}_{number}", alt, draw))
        return Plots(tuple(plots), caption)

    return make


def one_panel(labels: Mapping[str, str], quantity: str, title: str, one_validation: bool = False) -> Maker:
    """One quantity of several runs in one panel."""

    def make(source: Source, experiment: str) -> Plots:
        draw = partial(draw_together, _recorded(source, experiment, labels), title, source.subtitle(), quantity, one_validation)
        return Plots((Plot(f"{experiment}_{quantity}", f"{experiment.upper()}: {title}", draw),), BAND)

    return make


def rates(source: Source, experiment: str) -> Plots:
    """Loss and accuracy for three learning rates, without and with batch norm."""
    plots = []
    for quantity in ("loss", "accuracy"):
        for norm, title in NORMS.items():
            runs = _recorded(source, experiment, {f"{norm};schedule.eta={eta}": f"eta {eta}" for eta in ("0.001", "0.01", "0.1")})
            draw = partial(draw_together, runs, f"{title}: {quantity}", source.subtitle(), quantity)
            plots.append(Plot(f"{experiment}_{quantity}_{norm[5:]}", f"{title}: {quantity} for three learning rates", draw))
    return Plots(tuple(plots), BAND)


def rescue(source: Source, experiment: str) -> Plots:
    """The validation accuracy from two sizes of initial weights, without and with batch norm."""
    names, title = {"norm=before": "batch norm", "norm=none": "no batch norm"}, "Batch norm rescues small initial weights"
    keys = {f"{norm};init.sigma={sigma}": f"{name}, sigma {sigma}" for norm, name in names.items() for sigma in ("0.1", "0.0001")}
    draw = partial(draw_validation_accuracy, _recorded(source, experiment, keys), title, source.subtitle())
    return Plots((Plot(f"{experiment}_rescue", f"{experiment.upper()}: {title}", draw),), BAND)


def named(runs: Mapping[str, str], title: str, split: Name = "test", name: str = "", published: Mapping[str, str] | None = None) -> Maker:
    """Final accuracies of runs, named by what they are, beside what was published for them or for the runs of `published`."""

    def make(source: Source, experiment: str) -> Plots:
        beside = {label: source.point(run, split).published for label, run in (published or runs).items()}
        points = [replace(source.point(run, split, label), published=beside[label]) for label, run in runs.items()]
        draw = partial(draw_against_names, points, title, source.subtitle(), f"{SPLITS[split]} accuracy (%)")
        return Plots((Plot(f"{experiment}_values{name}", title, draw),), "Small bars: the single seeds.")

    return make


def joined(*makers: Maker) -> Maker:
    """Several makers' plots in one row."""

    def make(source: Source, experiment: str) -> Plots:
        rows = [maker(source, experiment) for maker in makers]
        return Plots(tuple(plot for row in rows for plot in row.plots), rows[0].caption)

    return make


def grid(
    rows: Mapping[str, str], columns: Mapping[str, str], key: str, names: tuple[str, str], title: str, about: str, caption: str
) -> Maker:
    """Test accuracy as a colored table; `key` has a place for a row and one for a column."""

    def make(source: Source, experiment: str) -> Plots:
        cells = {
            (down, right): source.point(f"{experiment} {key.format(row, column)}", "test")
            for row, down in rows.items()
            for column, right in columns.items()
        }
        draw = partial(draw_grid, cells, title, source.subtitle(), *names)
        return Plots((Plot(f"{experiment}_grid", f"Table of test accuracies by {about}", draw),), caption)

    return make


def searches(source: Source, experiment: str) -> Plots:
    """Validation and test accuracy against lambda, or the surface where the learning rate was drawn too."""
    runs = source.measured.of(experiment)
    if not runs:
        raise NoDataError(f"{experiment} was not measured")
    if not isnan(runs[0].number("schedule.eta")):
        return _pairs(source, experiment, runs)
    plots = []
    for split in SEARCHED:
        name = SPLITS[split]
        points = [Point(run.number("lam"), run.accuracies(split), source.published(run).get(split), run.own) for run in runs]
        title = f"{name.capitalize()} accuracy against lambda"
        draw = partial(draw_against_lambda, points, title, source.subtitle(), f"{name} accuracy (%)", experiment not in LINEAR)
        plots.append(Plot(f"{experiment}_lambda_{split}", f"{experiment.upper()}: {name} accuracy against lambda", draw))
    return Plots(tuple(plots), "Bars: 95 % intervals over the seeds; our own draws are run with the first seed alone.")


def _pairs(source: Source, experiment: str, runs: Sequence[Run]) -> Plots:
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
