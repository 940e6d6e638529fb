"""The plots of the searches: accuracy against lambda, and over pairs of learning rate and lambda."""

from functools import partial
from typing import cast

from reproduction.measured import NoDataError, Run, Split
from reproduction.plots.draw_values import Point, against_lambda, surface
from reproduction.plots.plot_style import Plot, Plots
from reproduction.plots.source import Source

NAMES = {"val": "validation", "test": "test"}
LINEAR = ("e07",)
"""Searches in even steps, on a linear axis."""


def searches(source: Source, experiment: str) -> Plots:
    """Validation and test accuracy against lambda, or the surface where the learning rate was drawn too."""
    runs = source.measured.of(experiment)
    if not runs:
        raise NoDataError(f"{experiment} was not measured")
    if runs[0].value("schedule.eta") is not None:
        return _pairs(source, experiment, runs)
    made = []
    for split, name in NAMES.items():
        points = [_point(source, run, split) for run in runs]
        draw = partial(
            against_lambda,
            points,
            f"{name.capitalize()} accuracy against lambda",
            source.subtitle(),
            f"{name} accuracy (%)",
            experiment not in LINEAR,
        )
        made.append(Plot(f"{experiment}_lambda_{split}", f"{experiment.upper()}: {name} accuracy against lambda", draw))
    return Plots(tuple(made), "Bars: 95 % intervals over the seeds; our own draws are run with the first seed alone.")


def _point(source: Source, run: Run, split: str) -> Point:
    values = tuple(run.accuracy(cast(Split, split)).values())
    return Point(float(run.value("lam") or "nan"), values, source.published(run).get(split), run.own)


def _pairs(source: Source, experiment: str, runs: list[Run]) -> Plots:
    own = [run for run in runs if run.own]
    places = [(float(run.value("schedule.eta") or "nan"), float(run.value("lam") or "nan")) for run in own]
    values = [_mean(run) for run in own]
    published = next(((run, list(source.published(run).values())) for run in runs if not run.own), None)
    if published is None or not published[1] or len(own) < 4:
        raise NoDataError(f"{experiment} has no pairs to draw")
    run, (value, *_) = published
    best = (float(run.value("schedule.eta") or "nan"), float(run.value("lam") or "nan"), value)
    draw = partial(surface, places, values, best, "Validation accuracy over pairs", source.subtitle(own[0]))
    return Plots(
        (Plot(f"{experiment}_surface", "Accuracy over pairs of learning rate and lambda", draw),),
        "Dots: our draws, of the first seed. Star: the report's best pair.",
    )


def _mean(run: Run) -> float:
    values = list(run.accuracy("val").values())
    return sum(values) / len(values)
