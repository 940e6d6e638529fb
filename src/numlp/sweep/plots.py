"""The figures of a sweep: accuracy against each interval, round by round; over the plane of two; the curves of the best trials."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.tri import Triangulation

from numlp import paths
from numlp.data.dataset import DatasetInfo
from numlp.display.curves import draw_overlaid_curves
from numlp.display.style import GREY, ORANGE, PALETTE, save, sheet, styled
from numlp.files import read_rows
from numlp.sweep.space import Range, Space
from numlp.sweep.trial import Trial
from numlp.training.history import Record

MOST_CURVES = 6  # trials in the figure of the curves
SUBJECT, AXIS = "Validation accuracy of {} trials", "validation accuracy (%)"
LEVELS = 13  # colors of the plane
QUARTER = 0.25  # the lowest of the trials share a color: what failed tells nothing of where the best is
NOTE = (
    "Points: trials, each the mean over its seeds; star: the best. Between them: linear interpolation. "
    "The lowest quarter of the trials shares the darkest color."
)


def draw_figures(
    out: Path, trials: Sequence[Trial], order: Sequence[Trial], spaces: Sequence[Space], title: str, data: DatasetInfo
) -> None:
    """Draw rounds.png and contour.png of a search with intervals, and curves.png of several runs.

    `order` has the trials that are done, the best first, at least one; `spaces` the space of each round.
    """
    title = f"{data.name}\n{title}"
    spans = [{key: dimension for key, dimension in space.items() if isinstance(dimension, Range)} for space in spaces]
    if spans[0]:
        done = [trial for trial in trials if trial.state == "done"]
        save(draw_rounds(done, spans, title), out / "rounds.png")
        if len(spans[0]) == 2:
            save(draw_contour(done, spans[0], title), out / "contour.png")
    curves = {}
    for trial in order[:MOST_CURVES]:
        files = [Path(outcome.folder) / paths.HISTORY for outcome in trial.outcomes]
        if all(file.exists() for file in files):  # an earlier sweep may have trained it, and its folder be gone
            label = trial.label + (f" ({len(files)} seeds)" if len(files) > 1 else "")
            curves[label] = [read_rows(file, Record) for file in files]
    if sum(map(len, curves.values())) > 1:
        best = f"\nThe best {len(curves)} of {len(order)} trials" if len(order) > len(curves) else ""
        save(draw_overlaid_curves(curves, title + best, classes=data.classes), out / "curves.png")


@styled
def draw_rounds(done: Sequence[Trial], spans: Sequence[Mapping[str, Range]], title: str) -> Figure:
    """Draw a panel per key: validation accuracy against its value, the range of each round shaded; a line at the best trial."""
    figure, best = sheet(SUBJECT.format(len(done)), title, 3.1 * len(spans[0])), max(done, key=lambda trial: trial.mean("val_accuracy"))
    panels = figure.subplots(len(spans[0]), 1, squeeze=False)[:, 0]
    for (key, widest), panel in zip(spans[0].items(), panels, strict=True):
        for place, span in enumerate(spans):
            color, trials = PALETTE[place % len(PALETTE)], [trial for trial in done if trial.round == place]
            panel.axvspan(span[key].low, span[key].high, color=color, alpha=0.13, linewidth=0)
            error = 100 * np.nan_to_num([trial.deviation("val_accuracy") for trial in trials])
            look = {"fmt": "o", "ms": 5, "color": color, "lw": 1, "clip_on": False, "zorder": 2 + place}
            panel.errorbar(*_points(trials, key), error, label=f"round {place + 1}", **look)
        panel.axvline(float(best.point[key]), color=GREY, lw=0.8, ls=":")
        panel.set(xlabel=key, ylabel=AXIS, xscale="log" if widest.log else "linear")
        panel.grid(visible=True, axis="y")
    panels[0].legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(spans))
    return figure


@styled
def draw_contour(done: Sequence[Trial], spans: Mapping[str, Range], title: str) -> Figure:
    """Draw each trial at its values of two keys, colored by validation accuracy, and the linear interpolation between the trials."""
    figure = sheet(SUBJECT.format(len(done)), f"{title}\n{NOTE}", 4.6)
    axes = figure.subplots()
    for (key, span), axis in zip(spans.items(), ("x", "y"), strict=True):
        axes.set(**{f"{axis}label": key, f"{axis}scale": "log" if span.log else "linear", f"{axis}lim": (span.low, span.high)})
    x, y, accuracy = np.array(_points(done, *spans))
    low, high, best = float(np.quantile(accuracy, QUARTER)), float(accuracy.max()), int(accuracy.argmax())
    levels = np.linspace(low if low < high else high - 1, high, LEVELS)
    look = {"vmin": levels[0], "vmax": levels[-1], "edgecolors": "white", "linewidths": 0.9, "s": 42, "zorder": 3, "clip_on": False}
    mapped: ScalarMappable = axes.scatter(x, y, c=accuracy, **look)
    axes.plot(x[best], y[best], "*", color=ORANGE, markeredgecolor="white", markersize=17, zorder=4, clip_on=False)
    units = (axes.transScale + axes.transLimits).transform(np.stack([x, y], axis=1))  # both keys count alike in the triangles
    units, first = np.unique(units.round(9), axis=0, return_index=True)
    try:
        triangles = Triangulation(*units.T)
    except (RuntimeError, ValueError):  # all trials on a line, or fewer than three
        pass
    else:
        mapped = axes.tricontourf(triangles, accuracy[first], levels=levels, extend="min", transform=axes.transAxes)
    bar = figure.colorbar(mapped, ax=axes, label=AXIS, format="%.1f")
    bar.set_ticks(levels[:: LEVELS // 4].tolist())
    return figure


def _points(trials: Sequence[Trial], *keys: str) -> list[list[float]]:
    """The values of each key, and the accuracies in per cent."""
    return [*([float(trial.point[key]) for trial in trials] for key in keys), [100 * trial.mean("val_accuracy") for trial in trials]]
