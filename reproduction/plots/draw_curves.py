"""Cost, loss and accuracy of a run against the update step: the reports' plots, with all seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from numlp.arrays import Array
from numlp.display.style import BLUE, GREY, ORANGE
from numlp.training.history import Record
from reproduction.measured import Run
from reproduction.plots.plot_style import GREEN, GRID, INK, PURPLE, column, themed

UNITS = {"cost": "cost (nats)", "loss": "loss (nats)", "accuracy": "accuracy (%)"}
SERIES = (("train", "training", BLUE, "-"), ("val", "validation", ORANGE, "--"))
COLORS = (BLUE, ORANGE, GREEN, PURPLE)
CHANCE = 10.0
LOGARITHMIC = 30
"""A cost that spans more than this factor is drawn on a logarithmic axis."""
DIVERGED = 10
"""Where a run's cost exceeds its start by this factor, runs in one panel are drawn up to a bit above the start."""


@dataclass(frozen=True)
class Band:
    """A recorded column over the seeds: (n,) steps, mean, lowest and highest, without what is not finite."""

    steps: Array
    mean: Array
    low: Array
    high: Array


def band_over_seeds(histories: Mapping[int, Sequence[Record]], name: str) -> Band:
    """One column over the steps that all seeds recorded; accuracy in per cent."""
    scale = 100 if name.endswith("accuracy") else 1
    tables = [{record.step: scale * float(getattr(record, name)) for record in records} for records in histories.values()]
    steps = sorted(set(tables[0]).intersection(*tables[1:]))
    values = np.array([[table[step] for step in steps] for table in tables])
    good = np.isfinite(values).all(axis=0)
    values = values[:, good]
    return Band(np.array(steps, np.float64)[good], values.mean(axis=0), values.min(axis=0), values.max(axis=0))


def common_limits(runs: Sequence[Run]) -> dict[str, tuple[float, float]]:
    """Common limits of the panels, so that runs side by side can be compared."""
    ends = {}
    for name in UNITS:
        bands = [band_over_seeds(run.histories, f"{split}_{name}") for run in runs for split, *_ in SERIES]
        low, high = min(float(b.low.min()) for b in bands), max(float(b.high.max()) for b in bands)
        if name == "accuracy":
            ends[name] = (0.0, min(102.0, max(2 * CHANCE, 1.08 * high)))
        elif low > 0 and high / low > LOGARITHMIC:
            ends[name] = (low / 1.2, high * 1.2)
        else:
            room = max(0.06 * (high - low), 0.02 * high)
            ends[name] = (low - room, high + room)
    return ends


@themed
def draw_curves(run: Run, title: str, subtitle: str, ends: Mapping[str, tuple[float, float]], published: Mapping[str, float]) -> Figure:
    """Draw cost, loss and accuracy below each other, the mean of the seeds in a band from lowest to highest.

    `ends` are the limits of the panels that are drawn; `published` accuracies by split are drawn at the end of the accuracy's curves.
    """
    figure = column(title, subtitle, 1.55 * len(ends) + 0.75)
    panels = figure.subplots(len(ends), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (name, (low, high)) in zip(panels, ends.items(), strict=True):
        for split, label, color, dash in SERIES:
            _draw(axes, band_over_seeds(run.histories, f"{split}_{name}"), label, color, dash)
        axes.set(ylabel=UNITS[name])
        _scale(axes, low, high, name)
    if "accuracy" in ends:
        _accuracies(panels[-1], run, published)
    _steps(panels[-1])
    handles = {h.get_label(): h for axes in panels for h in axes.get_legend_handles_labels()[0]}
    figure.legend(handles=list(handles.values()), loc="outside lower center", ncols=3, frameon=False)
    return figure


@themed
def draw_together(runs: Mapping[str, Run], title: str, subtitle: str, quantity: str, one_validation: bool = False) -> Figure:
    """Draw cost, loss or accuracy of up to four runs in one panel: in training, and dashed in validation.

    With `one_validation` only the first run's is drawn, where it is the same for all.
    """
    figure = column(title, subtitle, 3.3)
    axes = figure.subplots()
    drawn = []
    for place, ((label, run), color) in enumerate(zip(runs.items(), COLORS, strict=False)):
        train, val = (band_over_seeds(run.histories, f"{split}_{quantity}") for split in ("train", "val"))
        drawn.append(_draw(axes, train, f"{label}, training", color, "-"))
        if not one_validation:
            drawn.append(_draw(axes, val, f"{label}, validation", color, "--"))
        elif place == 0:
            drawn.append(_draw(axes, val, "validation, all the same", GREY, "--"))
    low, high = min(float(b.low.min()) for b in drawn), max(float(b.high.max()) for b in drawn)
    start = max(float(b.high[0]) for b in drawn)
    if quantity != "accuracy" and high > DIVERGED * start:
        high = 1.3 * start
        axes.annotate("a run diverges", (0.98, 0.97), xycoords="axes fraction", ha="right", va="top", color=GREY, size=8)
    room = 0.05 * (high - low)
    _scale(axes, *((low / 1.2, high * 1.2) if low > 0 and high / low > LOGARITHMIC else (low - room, high + room)), quantity)
    axes.set(ylabel=UNITS[quantity])
    _steps(axes)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


@themed
def draw_validation_accuracy(runs: Mapping[str, Run], title: str, subtitle: str) -> Figure:
    """Draw the validation accuracy of runs in one panel, by label: two of each color, the second of them dashed."""
    figure = column(title, subtitle, 2.6)
    axes = figure.subplots()
    for place, (label, run) in enumerate(runs.items()):
        _draw(axes, band_over_seeds(run.histories, "val_accuracy"), label, COLORS[place // 2], ("-", "--")[place % 2])
    _scale(axes, 0.0, 60.0, "accuracy")
    axes.set(ylabel="validation accuracy (%)")
    _steps(axes)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


@themed
def draw_log(theirs: Sequence[tuple[int, float]], faulty: Run, right: Run, title: str, subtitle: str) -> Figure:
    """Draw the training cost by evaluation point on a logarithmic axis.

    `theirs` are a report's steps and costs, `faulty` is ours with a mistake, a line per seed, and `right` ours as defined.
    """
    figure = column(title, subtitle, 3.6)
    axes = figure.subplots()
    for place, records in enumerate(faulty.histories.values()):
        label = "ours with the mistake, a line per seed" if place == 0 else None
        steps, costs = zip(*((record.step, record.train_cost) for record in records), strict=True)
        axes.plot(steps, costs, color=ORANGE, linewidth=1.1, marker=".", markersize=4, alpha=0.75, label=label)
    _draw(axes, band_over_seeds(right.histories, "train_cost"), "ours, batch norm as defined", BLUE, "-")
    axes.plot(*zip(*theirs, strict=True), color=INK, linestyle="--", linewidth=1.3, marker="D", markersize=4.5, label="R0's log", zorder=5)
    axes.set(ylabel="training cost (nats)", yscale="log")
    axes.grid(True, color=GRID, linewidth=0.7)
    _steps(axes)
    figure.legend(loc="outside lower center", ncols=1, frameon=False)
    return figure


def _draw(axes: Axes, band: Band, label: str, color: str, dash: str) -> Band:
    marker = "o" if len(band.steps) <= 20 else ""
    axes.plot(band.steps, band.mean, color=color, linestyle=dash, linewidth=1.5, marker=marker, markersize=2.5, label=label)
    axes.fill_between(band.steps, band.low, band.high, color=color, alpha=0.18, linewidth=0)
    return band


def _scale(axes: Axes, low: float, high: float, name: str) -> None:
    axes.grid(True, color=GRID, linewidth=0.7)
    if name != "accuracy" and low > 0 and high / low > LOGARITHMIC:
        axes.set_yscale("log")
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.set_ylim(low, high)


def _accuracies(axes: Axes, run: Run, published: Mapping[str, float]) -> None:
    axes.axhline(CHANCE, color=GREY, linewidth=1, linestyle=":", label="chance")
    last = max(records[-1].step for records in run.histories.values())
    shapes = {"train": ("o", BLUE), "val": ("s", ORANGE), "test": ("D", GREY)}
    names = {split: name for split, name, *_ in SERIES}
    for split, value in published.items():
        marker, color = shapes[split]
        (point,) = axes.plot([last], [value], marker, markersize=5.5, markerfacecolor="none", markeredgecolor=color, zorder=5)
        point.set(label=f"published {names.get(split, split)}", clip_on=False)


def _steps(axes: Axes) -> None:
    axes.set_xlabel("update step")
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
