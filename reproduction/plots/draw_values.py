"""Final accuracies against a choice: lambda, depth, width, sigma, learning rate, or published against ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from numlp.display.style import BLUE, GREY, ORANGE
from reproduction.plots.plot_style import GREEN, GRID, INK, PURPLE, column, themed
from reproduction.significance import Estimate, estimate

MAP = "viridis"
MARKERS = {"within": (BLUE, "o"), "explained": (GREEN, "^"), "by chance": (PURPLE, "s"), "unexplained": (ORANGE, "x")}
"""Color and marker by how a verdict begins."""


@dataclass(frozen=True)
class Point:
    """Accuracies of several seeds in per cent at a place of an axis, what was published there, and whether the place is our own draw."""

    x: float | str
    values: tuple[float, ...]
    published: float | None = None
    own: bool = False

    @property
    def estimate(self) -> Estimate:
        """Mean and interval."""
        return estimate(self.values)


@themed
def draw_against_lambda(points: Sequence[Point], title: str, subtitle: str, quantity: str) -> Figure:
    """Accuracy against lambda: the report's values, ours at the same lambda, and ours at our own draws."""
    figure = column(title, subtitle, 3.1)
    axes = figure.subplots()
    for own, color, marker, label in ((False, BLUE, "o", "ours, same lambda"), (True, GREEN, "^", "ours, own draws")):
        _series(axes, [p for p in points if p.own == own], color, marker, label)
    _published(axes, [p for p in points if p.published is not None])
    _decades(axes, [float(p.x) for p in points])
    axes.set(xlabel="lambda", ylabel=quantity)
    axes.grid(True, color=GRID, linewidth=0.7)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


@themed
def draw_against_names(points: Sequence[Point], title: str, subtitle: str, quantity: str = "test accuracy (%)") -> Figure:
    """Accuracies of named choices, one below the other: the published one and ours with its 95 % interval."""
    figure = column(title, subtitle, 0.34 * len(points) + 1.1)
    axes = figure.subplots()
    places = np.arange(len(points))[::-1]
    for place, point in zip(places, points, strict=True):
        ours = point.estimate
        half = ours.high - ours.mean if ours.n >= 2 else 0.0
        axes.errorbar([ours.mean], [place], xerr=[half], color=BLUE, marker="o", markersize=5, capsize=3, linestyle="none")
        axes.plot(point.values, np.full(len(point.values), place - 0.22), "|", color=BLUE, markersize=4, alpha=0.7)
        if point.published is not None:
            axes.plot([point.published], [place], "D", color=ORANGE, markersize=5.5, markerfacecolor="none", markeredgewidth=1.4)
    axes.set_yticks(places, [str(point.x) for point in points])
    axes.set(xlabel=quantity, ylim=(-0.6, len(points) - 0.4))
    low, high = axes.get_xlim()
    axes.set_xlim(max(low, -2.0), min(high, 102.0))  # an interval of scattered seeds may reach beyond what an accuracy can be
    axes.grid(True, axis="x", color=GRID, linewidth=0.7)
    label = "ours, 95 % interval" if any(point.estimate.n >= 2 for point in points) else "ours"
    axes.errorbar([], [], xerr=[], color=BLUE, marker="o", markersize=5, capsize=3, linestyle="none", label=label)
    axes.plot([], [], "D", color=ORANGE, markerfacecolor="none", markeredgewidth=1.4, label="published")
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


@themed
def draw_surface(
    places: Sequence[tuple[float, float]], values: Sequence[float], best: tuple[float, float, float], title: str, subtitle: str
) -> Figure:
    """Accuracy over four or more pairs of eta and lambda, both logarithmic; the report's best pair is a star."""
    figure = column(title, subtitle, 3.5)
    axes = figure.subplots()
    eta, lam = np.array(places).T
    colors = Normalize(float(min(*values, best[2])), float(max(*values, best[2])))
    axes.tricontourf(np.log10(eta), np.log10(lam), values, levels=12, cmap=MAP, alpha=0.75, norm=colors)
    shown = axes.scatter(np.log10(eta), np.log10(lam), c=values, cmap=MAP, norm=colors, s=42, zorder=3, edgecolors="white", linewidths=0.8)
    (star,) = axes.plot(np.log10(best[0]), np.log10(best[1]), "*", markersize=15, color=ORANGE, markeredgecolor="white")
    star.set(clip_on=False, zorder=4, label=f"published best, {best[2]:.2f} %")
    figure.legend(loc="outside lower center", frameon=False)
    figure.colorbar(shown, ax=axes, label="validation accuracy (%)", pad=0.02)
    axes.set_xticks(np.log10([0.001, 0.002, 0.005, 0.01]), ["0.001", "0.002", "0.005", "0.01"])
    axes.set_yticks(np.log10([1e-5, 2e-5, 5e-5, 1e-4]), ["1e-5", "2e-5", "5e-5", "1e-4"])
    axes.set(xlabel="learning rate eta", ylabel="lambda", xlim=(-3.05, -1.95), ylim=(-5.05, -3.95))
    return figure


@themed
def draw_published_against_ours(points: Sequence[tuple[float, float, str]], title: str, subtitle: str, tolerance: float) -> Figure:
    """Every published accuracy against our mean, by its verdict, in the band of the tolerance."""
    figure = column(title, subtitle, 4.0)
    axes = figure.subplots()
    line = np.array([5.0, 90.0])
    axes.fill_between(line, line - tolerance, line + tolerance, color=GREY, alpha=0.25, linewidth=0)
    axes.plot(line, line, color=GREY, linewidth=0.8)
    for verdict, (color, marker) in MARKERS.items():
        chosen = [(x, y) for x, y, its in points if its.startswith(verdict)]
        if chosen:
            axes.plot(*zip(*chosen, strict=True), marker, color=color, markersize=5, alpha=0.8, label=f"{verdict}: {len(chosen)}")
    axes.set(xlabel="published accuracy (%)", ylabel="ours, mean (%)", xlim=line, ylim=line, aspect="equal")
    axes.grid(True, color=GRID, linewidth=0.7)
    axes.legend(loc="upper left", frameon=False, labelcolor=INK)
    return figure


def _series(axes: Axes, points: Sequence[Point], color: str, marker: str, label: str) -> None:
    if not points:
        return
    points = sorted(points, key=lambda point: float(point.x))
    estimates = [point.estimate for point in points]
    bars = [ours.high - ours.mean if ours.n >= 2 else 0.0 for ours in estimates]
    style: dict[str, Any] = {"color": color, "marker": marker, "markersize": 4.5, "linewidth": 0.9, "capsize": 2, "linestyle": "none"}
    axes.errorbar([float(point.x) for point in points], [ours.mean for ours in estimates], yerr=bars, label=label, **style)


def _decades(axes: Axes, values: Sequence[float]) -> None:
    """A logarithmic axis with powers of ten; below two decades with 1, 2 and 5 of each, as plain numbers."""
    axes.set_xscale("log")
    if max(values) < 100 * min(values):
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())


def _published(axes: Axes, points: Sequence[Point]) -> None:
    if points:
        x, y = zip(*((float(p.x), p.published) for p in points), strict=True)
        axes.plot(x, y, "D", color=ORANGE, markersize=5, markerfacecolor="none", markeredgewidth=1.3, label="published")
