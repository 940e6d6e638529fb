"""The plots of a search: accuracy against each range, round by round, and over the plane of two keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.tri import LinearTriInterpolator, Triangulation

from numlp.arrays import Array
from numlp.display.style import GREY, ORANGE, PALETTE, sheet, styled

HEIGHT = 3.1  # inches of a panel
GRID, LEVELS = 300, 13  # points of each axis between which accuracy is interpolated; colors
MARGIN = 0.04  # share of a range that is left around it: so that no trial lies on the frame
QUARTER = 0.25  # the lowest of the trials share a color: what failed tells nothing of where the best is
NOTE = (
    "Points: trials, each the mean over its seeds; star: the best. Between them: linear interpolation. "
    "The lowest quarter of the trials shares the darkest color."
)


@dataclass(frozen=True)
class Tried:
    """A trial as a plot shows it.

    Attributes:
        round: The index of its round, from 0.
        values: Its values of the keys that have a range.
        val_accuracy: Mean over the seeds, a fraction.
        deviation: Standard deviation over the seeds; NaN of one seed.
    """

    round: int
    values: Mapping[str, float]
    val_accuracy: float
    deviation: float


@dataclass(frozen=True)
class Span:
    """The range of a key in a round."""

    low: float
    high: float
    log: bool

    def unit(self, values: Array) -> Array:
        """Where in the range each value lies, from 0 to 1: so that both keys count alike in the triangles."""
        low, high, scaled = (np.log(each) if self.log else each for each in (self.low, self.high, values))
        return np.asarray((scaled - low) / (high - low))

    def value(self, unit: Array) -> Array:
        """The values at places of the range, the inverse of `unit`."""
        return self.low * (self.high / self.low) ** unit if self.log else self.low + unit * (self.high - self.low)


@styled
def draw_rounds(tried: Sequence[Tried], spans: Sequence[Mapping[str, Span]], subject: str, title: str) -> Figure:
    """Draw a panel per key: validation accuracy in per cent against its value, the range of each round shaded.

    Args:
        tried: Trials that were trained to their end.
        spans: The ranges by key, of each round.
        subject: The heading.
        title: The data set's name and the settings of the search.
    """
    keys = list(spans[0])
    figure = sheet(subject, title, HEIGHT * len(keys))
    panels = figure.subplots(len(keys), 1, squeeze=False)[:, 0]
    for key, panel in zip(keys, panels, strict=True):
        for place, span in enumerate(spans):
            color = PALETTE[place % len(PALETTE)]
            panel.axvspan(span[key].low, span[key].high, color=color, alpha=0.13, linewidth=0)
            trials = [trial for trial in tried if trial.round == place]
            x, y = [trial.values[key] for trial in trials], [100 * trial.val_accuracy for trial in trials]
            error = 100 * np.nan_to_num([trial.deviation for trial in trials])
            panel.errorbar(x, y, error, fmt="o", ms=5, color=color, lw=1, label=f"round {place + 1}", clip_on=False, zorder=2 + place)
        if tried:
            best = max(tried, key=lambda trial: trial.val_accuracy)
            panel.axvline(best.values[key], color=GREY, lw=0.8, ls=":")
        panel.set(xlabel=key, ylabel="validation accuracy (%)", xscale="log" if spans[0][key].log else "linear")
        panel.grid(visible=True, axis="y")
    panels[0].legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(spans))
    return figure


@styled
def draw_contour(tried: Sequence[Tried], spans: Mapping[str, Span], subject: str, title: str) -> Figure:
    """Draw each trial at its two values, colored by validation accuracy, and the linear interpolation between the trials.

    Args:
        tried: Trials that were trained to their end, one or more.
        spans: The two keys with the ranges of the first round.
        subject: The heading.
        title: The data set's name and the settings of the search.
    """
    figure = sheet(subject, f"{title}\n{NOTE}", 4.6)
    axes = figure.subplots()
    x, y = (np.array([trial.values[key] for trial in tried]) for key in spans)
    accuracy = 100 * np.array([trial.val_accuracy for trial in tried])
    low, high = float(np.quantile(accuracy, QUARTER)), float(accuracy.max())
    levels = np.linspace(low if high > low else high - 1, high, LEVELS)
    units = np.stack([span.unit(values) for values, span in zip((x, y), spans.values(), strict=True)], axis=1)
    surface = _surface(axes, units, accuracy, list(spans.values()), levels)
    points = axes.scatter(x, y, c=accuracy, vmin=levels[0], vmax=levels[-1], edgecolors="white", linewidths=0.9, s=42, zorder=3)
    best = int(accuracy.argmax())
    axes.plot(x[best], y[best], "*", color=ORANGE, markeredgecolor="white", markersize=17, zorder=4)
    for (key, span), unit, axis in zip(spans.items(), units.T, ("x", "y"), strict=True):
        ends = span.value(np.array([min(0.0, unit.min()) - MARGIN, max(1.0, unit.max()) + MARGIN]))
        axes.set(**{f"{axis}label": key, f"{axis}scale": "log" if span.log else "linear", f"{axis}lim": ends})
    bar = figure.colorbar(surface or points, ax=axes, label="validation accuracy (%)", format="%.1f")
    bar.set_ticks(levels[:: LEVELS // 4].tolist())
    return figure


def _surface(axes: Axes, units: Array, accuracy: Array, spans: Sequence[Span], levels: Array) -> QuadContourSet | None:
    """Color the plane between the trials; nothing where they lie on a line."""
    places, first = np.unique(units.round(9), axis=0, return_index=True)
    if np.linalg.matrix_rank(places - places[0], tol=1e-6) < 2:
        return None
    interpolate = LinearTriInterpolator(Triangulation(*places.T), accuracy[first])
    grid = [np.linspace(*ends, GRID) for ends in zip(places.min(axis=0), places.max(axis=0), strict=True)]
    across, up = (span.value(unit) for span, unit in zip(spans, grid, strict=True))
    return axes.contourf(across, up, interpolate(*np.meshgrid(*grid)), levels=levels, extend="min")
