"""Curves of a training run against the update step, and of several runs against the epoch."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from numlp.arrays import Array
from numlp.data.normalise import SPLITS, Name
from numlp.display.style import BLUE, GREY, MARKERS, ORANGE, PALETTE, sheet, styled
from numlp.training.history import Record

Look: TypeAlias = tuple[str, str, str]
"""Color, marker and dash of a line."""

LARGEST = 1e250  # what is above cannot be drawn: the margin of its axis would overflow
MARKED = 60  # with more records than this, markers would run together
SERIES: Mapping[Name, Look] = {"train": (BLUE, "o", "-"), "val": (ORANGE, "s", "--")}
COLUMNS = (("cost", "cost (nats)", 1), ("accuracy", "accuracy (%)", 100))
HALF = 48  # characters of a label that half of the width holds
BAND = "Line: mean over the seeds. Band: from the lowest to the highest."


@styled
def draw_curves(records: Sequence[Record], title: str, classes: int) -> Figure:
    """Draw cost, loss, accuracy and eta, 2 x 2, against the update step, with the epoch as a second axis on top.

    Cost and loss turn to a logarithmic axis where they span more than two decades. What cannot be drawn (inf, NaN) is
    no point of a curve but a cross at the top of the panel.

    Args:
        records: At least one, in the order of their steps.
        title: The data set's name and the run's choices.
        classes: Number of classes, for the dotted line of chance.
    """
    figure = sheet("Training, step by step", title, height=5.6)
    (cost, loss), (accuracy, eta) = figure.subplots(2, 2, sharex=True)
    for axes, name in ((cost, "cost"), (loss, "loss")):
        _pair(axes, records, name)
        _fit_axis(axes, _values(records, f"train_{name}", f"val_{name}"))
        axes.set(title=f"{name.capitalize()} {_last(records, name, '.4g')}", ylabel=f"{name} (nats)")
    _accuracy(accuracy, records, 100 / classes)
    _line(eta, records, "eta", ("#000000", "o", "-"), "eta")
    eta.yaxis.set_major_formatter(StrMethodFormatter("{x:.4g}"))
    eta.set(title=f"Learning rate (last: {records[-1].eta:.3g})", ylabel="eta", ylim=(0, None))
    _steps([cost, loss], [accuracy, eta], records)
    handles = {h.get_label(): h for axes in (accuracy, cost, loss) for h in axes.get_legend_handles_labels()[0]}
    figure.legend(handles=list(handles.values()), loc="outside lower center", ncols=len(handles), frameon=False)
    return figure


def _accuracy(axes: Axes, records: Sequence[Record], chance: float) -> None:
    _pair(axes, records, "accuracy", scale=100)
    axes.axhline(chance, color=GREY, linewidth=1, linestyle=":", label=f"chance ({chance:.3g} %)")
    values = 100 * _values(records, "train_accuracy", "val_accuracy")
    highest = float(np.max(values, where=np.isfinite(values), initial=chance))
    axes.set_ylim(0, min(102.0, max(2 * chance, 1.08 * highest)))
    axes.set(title=f"Accuracy {_last(records, 'accuracy', '.2f', 100)}", ylabel="accuracy (%)")


def _pair(axes: Axes, records: Sequence[Record], name: str, scale: float = 1) -> None:
    for split, look in SERIES.items():
        _line(axes, records, f"{split}_{name}", look, SPLITS[split], scale)


def _line(axes: Axes, records: Sequence[Record], column: str, look: Look, label: str, scale: float = 1, against: str = "step") -> None:
    """Draw one column against another; a gap and a cross where it cannot be drawn."""
    steps, values, (color, marker, dash) = _values(records, against), scale * _values(records, column), look
    good = np.abs(values) <= LARGEST  # False for NaN too
    marker = marker if len(records) <= MARKED else ""
    axes.plot(steps, np.where(good, values, np.nan), color=color, linestyle=dash, marker=marker, markersize=4, linewidth=1.6, label=label)
    if not good.all():
        top = axes.get_xaxis_transform()  # x in steps, y as a share of the panel's height
        axes.plot(steps[~good], 0 * steps[~good] + 0.93, "x", transform=top, color="black", markersize=6, label="off the scale (inf, NaN)")


def _values(records: Sequence[Record], *columns: str) -> Array:
    return np.array([getattr(record, column) for column in columns for record in records], np.float64)


def _last(records: Sequence[Record], name: str, form: str, scale: float = 1) -> str:
    train, val = scale * _values(records[-1:], f"train_{name}", f"val_{name}")
    return f"(last: train {train:{form}}, val {val:{form}})"


def _fit_axis(axes: Axes, values: Array) -> None:
    """Choose the scale and limits of a cost axis: no flat curve is blown up into noise."""
    drawn = values[np.abs(values) <= LARGEST]
    if len(drawn) == 0:
        axes.set_yticks([])
        return
    low, high = float(drawn.min()), float(drawn.max())
    if low > 0 and high / low > 100:
        axes.set_yscale("log")
        return
    axes.ticklabel_format(axis="y", useOffset=False)
    narrow = 0.1 * abs(high) - (high - low)
    if narrow > 0:
        axes.set_ylim(low - narrow / 2, high + narrow / 2)


def _steps(upper: list[Axes], lower: list[Axes], records: Sequence[Record]) -> None:
    """Label the update steps below and, where a step's length in epochs is known, the epochs above."""
    last = records[-1]
    ticks = 5 if last.step < 100_000 else 3  # long numbers must not meet
    for axes in (*upper, *lower):
        axes.grid(True)
        axes.xaxis.set_major_locator(MaxNLocator(ticks, integer=True))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    for axes in lower:
        axes.set_xlabel("update step")
    if last.step > 0 and last.epoch > 0:
        epochs = last.epoch / last.step
        for axes in upper:
            second = axes.secondary_xaxis("top", functions=(partial(np.multiply, epochs), partial(np.multiply, 1 / epochs)))
            second.set_xlabel("epoch")


@dataclass(frozen=True)
class Curve:
    """A run, or the runs of the same settings, one per seed, which share a color.

    Attributes:
        label: The text in the legend.
        histories: The records of each run, at the same steps.
    """

    label: str
    histories: Sequence[Sequence[Record]]

    @property
    def mean(self) -> list[Record]:
        """The mean over the runs, evaluation point by evaluation point."""
        means = np.mean([[astuple(record) for record in history] for history in self.histories], axis=0)
        return [Record(int(step), *rest) for step, *rest in means.tolist()]


@styled
def draw_overlaid_curves(curves: Sequence[Curve], title: str, classes: int) -> Figure:
    """Draw cost and accuracy over the epochs: a color per curve, full for training, dashed for validation, with a band over several seeds.

    Args:
        curves: At most as many as there are colors.
        title: The data set's name and the settings that the runs share.
        classes: Number of classes, for the dotted line of chance.
    """
    runs = sum(len(curve.histories) for curve in curves)
    note = [BAND] if runs > len(curves) else []
    columns = 2 if max(len(curve.label) for curve in curves) <= HALF else 1
    rows = -(-(len(curves) + len(SERIES)) // columns)
    figure = sheet(f"{runs} runs by epoch", "\n".join([title, *note]), height=3.4 + 0.15 * rows)
    panels = figure.subplots(1, 2)
    for axes, (column, name, scale) in zip(panels, COLUMNS, strict=True):
        for curve, color, marker in zip(curves, PALETTE, MARKERS, strict=False):
            for split, (_, _, dash) in SERIES.items():
                field = f"{split}_{column}"
                label = curve.label if split == "train" else ""  # one entry of the legend per color
                _line(axes, curve.mean, field, (color, marker, dash), label, scale, against="epoch")
                _band(axes, curve, field, color, scale)
        axes.set(xlabel="epoch", ylabel=name)
        axes.grid(True)
    cost, accuracy = panels
    costs = [(record.train_cost, record.val_cost) for curve in curves for history in curve.histories for record in history]
    _fit_axis(cost, np.array(costs, np.float64).ravel())
    accuracy.axhline(100 / classes, color=GREY, linewidth=1, linestyle=":")
    accuracy.set_ylim(0, None)
    handles = {handle.get_label(): handle for handle in cost.get_legend_handles_labels()[0]}
    keys = [Line2D([], [], color="black", ls=dash, label=SPLITS[split]) for split, (_, _, dash) in SERIES.items()]
    figure.legend(handles=[*handles.values(), *keys], loc="outside lower center", ncols=columns, frameon=False)
    return figure


def _band(axes: Axes, curve: Curve, field: str, color: str, scale: float) -> None:
    """Shade from the lowest to the highest of several runs."""
    if len(curve.histories) > 1:
        values = scale * np.array([[getattr(record, field) for record in history] for history in curve.histories], np.float64)
        epochs = [record.epoch for record in curve.histories[0]]
        axes.fill_between(epochs, values.min(axis=0), values.max(axis=0), color=color, alpha=0.18, linewidth=0)
