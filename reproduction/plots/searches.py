"""The plots of the searches: accuracy against lambda, and over pairs of learning rate and lambda."""

from functools import partial
from statistics import fmean

from numlp.data.normalise import SPLITS, Name
from reproduction.measured import NoDataError, Run
from reproduction.plots.draw_values import Point, draw_against_lambda, draw_surface
from reproduction.plots.plot_style import Plot, Plots
from reproduction.plots.source import Source

SHOWN: tuple[Name, ...] = ("val", "test")
LINEAR = ("e07",)
"""Searches in even steps, on a linear axis."""


def plot_searches(source: Source, experiment: str) -> Plots:
    """Validation and test accuracy against lambda, or the surface where the learning rate was drawn too."""
    runs = source.measured.of(experiment)
    if not runs:
        raise NoDataError(f"{experiment} was not measured")
    if runs[0].value("schedule.eta") is not None:
        return _pairs(source, experiment, runs)
    plots = []
    for split in SHOWN:
        name = SPLITS[split]
        points = [_point(source, run, split) for run in runs]
        draw = partial(
            draw_against_lambda,
            points,
            f"{name.capitalize()} accuracy against lambda",
            source.subtitle(),
            f"{name} accuracy (%)",
            experiment not in LINEAR,
        )
        plots.append(Plot(f"{experiment}_lambda_{split}", f"{experiment.upper()}: {name} accuracy against lambda", draw))
    return Plots(tuple(plots), "Bars: 95 % intervals over the seeds; our own draws are run with the first seed alone.")


def _point(source: Source, run: Run, split: Name) -> Point:
    return Point(run.number("lam"), run.accuracies(split), source.published(run).get(split), run.own)


def _pairs(source: Source, experiment: str, runs: list[Run]) -> Plots:
    own = [run for run in runs if run.own]
    places = [(run.number("schedule.eta"), run.number("lam")) for run in own]
    values = [fmean(run.accuracies("val")) for run in own]
    published = next(((run, list(source.published(run).values())) for run in runs if not run.own), None)
    if published is None or not published[1] or len(own) < 4:
        raise NoDataError(f"{experiment} has no pairs to draw")
    run, (value, *_) = published
    best = (run.number("schedule.eta"), run.number("lam"), value)
    draw = partial(draw_surface, places, values, best, "Validation accuracy over pairs", source.subtitle(own[0]))
    return Plots(
        (Plot(f"{experiment}_surface", "Accuracy over pairs of learning rate and lambda", draw),),
        "Dots: our draws, of the first seed. Star: the report's best pair.",
    )
