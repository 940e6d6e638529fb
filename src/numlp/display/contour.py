"""A search over two keys: validation accuracy over the plane of both."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.tri import LinearTriInterpolator, Triangulation

from numlp.arrays import Array
from numlp.display.search_rounds import Span, Tried
from numlp.display.style import sheet, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.contour import QuadContourSet
    from matplotlib.figure import Figure

GRID, LEVELS = 300, 13  # points of each axis between which accuracy is interpolated; colors
MARGIN = 0.04  # of a range, around it: so that no trial lies on the frame
FEWEST = 4  # places from which there is a surface
QUARTER = 0.25  # the lowest of the trials share a color: what failed tells nothing of where the best is
NOTE = (
    "Points: trials, each the mean over its seeds; star: the best. Between them: linear interpolation. "
    "The lowest quarter of the trials shares the darkest color."
)


@styled
def draw_contour(tried: Sequence[Tried], spans: dict[str, Span], subject: str, title: str) -> "Figure":
    """Draw each trial at its two values, colored by validation accuracy, and between them what linear interpolation gives.

    Args:
        tried: Trials that were trained to their end, one or more.
        spans: The two keys with the ranges of the first round.
        subject: What is drawn.
        title: The data set's name and what the search was.
    """
    figure = sheet(subject, f"{title}\n{NOTE}", 4.6)
    axes = figure.subplots()
    x, y = (np.array([trial.values[key] for trial in tried]) for key in spans)
    accuracy = 100 * np.array([trial.val_accuracy for trial in tried])
    levels = np.linspace(*_bounds(accuracy), LEVELS)
    drawn = _surface(axes, x, y, accuracy, list(spans.values()), levels)
    points = axes.scatter(x, y, c=accuracy, vmin=levels[0], vmax=levels[-1], edgecolors="white", linewidths=0.9, s=42, zorder=3)
    best = int(accuracy.argmax())
    axes.plot(x[best], y[best], "*", color="#D55E00", markeredgecolor="white", markersize=17, zorder=4)
    for (key, span), values, axis in zip(spans.items(), (x, y), ("x", "y"), strict=True):
        unit = np.concatenate([_unit(values, span), [0.0, 1.0]])
        ends = _value(np.array([unit.min() - MARGIN, unit.max() + MARGIN]), span)
        axes.set(**{f"{axis}label": key, f"{axis}scale": "log" if span.log else "linear", f"{axis}lim": ends})
    bar = figure.colorbar(drawn or points, ax=axes, label="validation accuracy (%)", format="%.1f")
    bar.set_ticks(levels[:: LEVELS // 4].tolist())
    return figure


def _bounds(accuracy: Array) -> tuple[float, float]:
    """The lowest accuracy with a color of its own, and the highest."""
    low, high = float(np.quantile(accuracy, QUARTER)), float(accuracy.max())
    return (low, high) if high > low else (high - 1, high)


def _surface(axes: "Axes", x: Array, y: Array, accuracy: Array, spans: Sequence[Span], levels: Array) -> "QuadContourSet | None":
    """Color the plane between the trials; nothing where they are few or on a line."""
    unit = np.stack([_unit(values, span) for values, span in zip((x, y), spans, strict=True)], axis=1)
    places, first = np.unique(unit.round(9), axis=0, return_index=True)
    if len(places) < FEWEST or np.linalg.matrix_rank(places - places[0], tol=1e-6) < 2:
        return None
    surface = LinearTriInterpolator(Triangulation(*places.T), accuracy[first])
    across, up = (np.linspace(*place, GRID) for place in zip(places.min(axis=0), places.max(axis=0), strict=True))
    values = surface(*np.meshgrid(across, up))
    axis_values = [_value(place, span) for place, span in zip((across, up), spans, strict=True)]
    return axes.contourf(*axis_values, values, levels=levels, extend="min")


def _unit(values: Array, span: Span) -> Array:
    """Where in its range each value lies, from 0 to 1: so that both keys count alike in the triangles."""
    return (_scaled(values, span) - _scaled(span.low, span)) / (_scaled(span.high, span) - _scaled(span.low, span))


def _value(unit: Array, span: Span) -> Array:
    """What `_unit` was given."""
    scaled = _scaled(span.low, span) + unit * (_scaled(span.high, span) - _scaled(span.low, span))
    return np.exp(scaled) if span.log else scaled


def _scaled(values: Array | float, span: Span) -> Array:
    return np.log(values) if span.log else np.asarray(values)
