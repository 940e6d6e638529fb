"""Curves of a training run against the update step, and of several runs against the epoch."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import StrMethodFormatter

from numlp.arrays import Array
from numlp.data.normalise import SPLITS, Name
from numlp.display.style import BLUE, GREY, MARKERS, ORANGE, PALETTE, sheet, styled
from numlp.training.history import Record

Look: TypeAlias = tuple[str, str, str]
"""Color, marker and dash of a line."""

LARGEST = 1e250  # largest value that can be drawn: above it the margin of the axis would overflow
MARKED = 60  # most records with markers: those of more would run together
SERIES: Mapping[Name, Look] = {"train": (BLUE, "o", "-"), "val": (ORANGE, "s", "--")}
COST, LOSS, ACCURACY = ("cost", "cost (nats)", 1), ("loss", "loss (nats)", 1), ("accuracy", "accuracy (%)", 100)
HALF = 48  # characters of a label that half of the width holds
BAND = "Line: mean over the seeds. Band: from the lowest to the highest."


@styled
def draw_curves(records: Sequence[Record], title: str, classes: int) -> Figure:
    """Draw cost, loss, accuracy and eta, 2 x 2, against the update step, with the epoch as a second axis on top.

    Cost and loss turn to a logarithmic axis where they span more than two decades. What cannot be drawn (inf, NaN) is
    no point of a curve but a cross at the top of the panel. `classes` gives the dotted line of chance.
    """
    figure, last, steps = sheet("Training, step by step", title, height=5.6), records[-1], _column(records, "step")
    panels = figure.subplots(2, 2, sharex=True).ravel()
    for axes, (name, label, scale) in zip(panels, (COST, LOSS, ACCURACY), strict=False):
        values = {split: scale * _column(records, f"{split}_{name}") for split in SERIES}
        for split, look in SERIES.items():
            _line(axes, steps, values[split], look, SPLITS[split])
        ends = ", ".join(f"{split} {values[split][-1]:.4g}" for split in SERIES)
        axes.set(title=f"{name.capitalize()} (last: {ends})", ylabel=label)
        _fit_axis(axes, [*values.values()], 100 / classes if name == "accuracy" else None)
    eta = panels[3]
    _line(eta, steps, _column(records, "eta"), ("#000000", "o", "-"), "eta")
    eta.set(title=f"Learning rate (last: {last.eta:.3g})", ylabel="eta", ylim=(0, None))
    eta.locator_params(axis="x", nbins=5 if last.step < 100_000 else 3, integer=True)  # the panels share it; long numbers must not meet
    eta.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    for axes in panels[2:]:
        axes.set_xlabel("update step")
    if last.epoch > 0:
        length = last.step / last.epoch
        for axes in panels[:2]:
            axes.secondary_xaxis("top", functions=(lambda step: step / length, lambda epoch: epoch * length)).set_xlabel("epoch")
    handles = {h.get_label(): h for axes in panels[[2, 0, 1]] for h in axes.get_legend_handles_labels()[0]}
    figure.legend(handles=list(handles.values()), loc="outside lower center", ncols=len(handles), frameon=False)
    return figure


@styled
def draw_overlaid_curves(runs: Mapping[str, Sequence[Sequence[Record]]], title: str, classes: int) -> Figure:
    """Draw cost and accuracy over the epochs: a color per label, full for training, dashed for validation.

    A label has the records of a run, or those of the runs of several seeds: a line at their mean, and a band. There are at most as many
    labels as colors. `classes` gives the dotted line of chance.
    """
    number = sum(map(len, runs.values()))
    columns = 2 if max(map(len, runs)) <= HALF else 1
    rows = -(-(len(runs) + len(SERIES)) // columns)
    figure = sheet(f"{number} runs by epoch", f"{title}\n{BAND if number > len(runs) else ''}", height=3.4 + 0.15 * rows)
    panels = figure.subplots(1, 2)
    for axes, (name, ylabel, scale) in zip(panels, (COST, ACCURACY), strict=True):
        drawn = []
        for (label, histories), color, marker in zip(runs.items(), PALETTE, MARKERS, strict=False):
            epochs = _column(histories[0], "epoch")
            for split, (_, _, dash) in SERIES.items():
                values = scale * np.array([_column(history, f"{split}_{name}") for history in histories])
                _line(axes, epochs, values.mean(axis=0), (color, marker, dash), label if split == "train" else "")
                if len(histories) > 1:
                    axes.fill_between(epochs, values.min(axis=0), values.max(axis=0), color=color, alpha=0.18, linewidth=0)
                drawn.append(values.ravel())
        axes.set(xlabel="epoch", ylabel=ylabel)
        _fit_axis(axes, drawn, 100 / classes if name == "accuracy" else None)
    handles = {handle.get_label(): handle for handle in panels[0].get_legend_handles_labels()[0]}
    keys = [Line2D([], [], color="black", ls=dash, label=SPLITS[split]) for split, (_, _, dash) in SERIES.items()]
    figure.legend(handles=[*handles.values(), *keys], loc="outside lower center", ncols=columns, frameon=False)
    return figure


def _column(records: Sequence[Record], name: str) -> Array:
    return np.array([getattr(record, name) for record in records], np.float64)


def _line(axes: Axes, x: Array, values: Array, look: Look, label: str) -> None:
    """Draw a line, with a gap and a cross for what cannot be drawn."""
    color, marker, dash = look
    finite = np.abs(values) <= LARGEST  # False for NaN too
    marker = marker if len(x) <= MARKED else ""
    axes.plot(x, np.where(finite, values, np.nan), color=color, ls=dash, marker=marker, markersize=4, lw=1.6, label=label)
    axes.grid(True)
    if not finite.all():
        top = axes.get_xaxis_transform()  # x as the curve's, y as a share of the panel's height
        axes.plot(x[~finite], 0 * x[~finite] + 0.93, "x", transform=top, color="black", markersize=6, label="off the scale (inf, NaN)")


def _fit_axis(axes: Axes, values: Sequence[Array], chance: float | None) -> None:
    """Choose the scale and limits of the upright axis: no flat curve is blown up into noise."""
    drawn = np.concatenate(values)
    drawn = drawn[np.abs(drawn) <= LARGEST]
    if chance is not None:
        axes.axhline(chance, color=GREY, linewidth=1, linestyle=":", label=f"chance ({chance:.3g} %)")
        axes.set_ylim(0, None)
    elif len(drawn) > 0 and drawn.max() > 100 * drawn.min() > 0:
        axes.set_yscale("log")
    elif len(drawn) > 0 and (narrow := 0.1 * abs(drawn.max()) - np.ptp(drawn)) > 0:
        axes.set_ylim(drawn.min() - narrow / 2, drawn.max() + narrow / 2)
