"""Runs against each other: their curves, and the per-class accuracy of two."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from numlp.analysis.paired_test import PairedTest
from numlp.data.normalise import SPLITS, Name
from numlp.display.curves import CHANCE, draw_line, fit_axis
from numlp.display.style import GREY, PALETTE, sheet, styled
from numlp.training.history import Record

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES: Mapping[Name, str] = {"train": "-", "val": "--"}
COLUMNS = (("cost", "cost (nats)", 1), ("accuracy", "accuracy (%)", 100))
ALL = "all classes"
HALF = 48  # characters of a label that half of the width holds
BAND = "Line: mean over the seeds. Band: from the lowest to the highest."


@dataclass(frozen=True)
class Curve:
    """What one color of a figure shows: a run, or the runs of the same settings, one per seed.

    Attributes:
        label: What tells it from the others.
        histories: Of each run, with the same steps.
    """

    label: str
    histories: Sequence[Sequence[Record]]

    @property
    def mean(self) -> list[Record]:
        """The mean over the runs, evaluation point by evaluation point."""
        means = np.mean([[astuple(record) for record in history] for history in self.histories], axis=0)
        return [Record(int(step), *rest) for step, *rest in means.tolist()]


@styled
def draw_overlaid_curves(curves: Sequence[Curve], title: str) -> Figure:
    """Draw cost and accuracy over the epochs: a color per curve, full for training, dashed for validation, with a band over several seeds.

    Args:
        curves: At most as many as there are colors.
        title: The data set's name and what the runs share.
    """
    runs = sum(len(curve.histories) for curve in curves)
    note = [BAND] if runs > len(curves) else []
    columns = 2 if max(len(curve.label) for curve in curves) <= HALF else 1
    rows = -(-(len(curves) + len(DASHES)) // columns)
    figure = sheet(f"{runs} runs by epoch", "\n".join([title, *note]), height=3.4 + 0.15 * rows)
    panels = figure.subplots(1, 2)
    for axes, (column, name, scale) in zip(panels, COLUMNS, strict=True):
        for curve, color, marker in zip(curves, PALETTE, MARKERS, strict=False):
            for split, dash in DASHES.items():
                field = f"{split}_{column}"
                label = curve.label if split == "train" else ""  # one entry of the legend per color
                draw_line(axes, curve.mean, field, color, marker, dash, label, scale, against="epoch")
                _band(axes, curve, field, color, scale)
        axes.set(xlabel="epoch", ylabel=name)
        axes.grid(True)
    cost, accuracy = panels
    costs = [(record.train_cost, record.val_cost) for curve in curves for history in curve.histories for record in history]
    fit_axis(cost, np.array(costs, np.float64).ravel())
    accuracy.axhline(CHANCE, color=GREY, linewidth=1, linestyle=":")
    accuracy.set_ylim(0, None)
    handles = {handle.get_label(): handle for handle in cost.get_legend_handles_labels()[0]}
    keys = [Line2D([], [], color="black", ls=dash, label=SPLITS[split]) for split, dash in DASHES.items()]
    figure.legend(handles=[*handles.values(), *keys], loc="outside lower center", ncols=columns, frameon=False)
    return figure


def _band(axes: Axes, curve: Curve, field: str, color: str, scale: float) -> None:
    """Shade from the lowest to the highest of several runs."""
    if len(curve.histories) > 1:
        values = scale * np.array([[getattr(record, field) for record in history] for history in curve.histories], np.float64)
        epochs = [record.epoch for record in curve.histories[0]]
        axes.fill_between(epochs, values.min(axis=0), values.max(axis=0), color=color, alpha=0.18, linewidth=0)


@styled
def draw_class_accuracies(classes: Mapping[str, PairedTest], whole: PairedTest, labels: Sequence[str], title: str) -> Figure:
    """Draw the test accuracy of both runs, a row a class, and the difference with its 95 % interval; the largest gain on top."""
    rows = [*sorted(classes.items(), key=lambda item: item[1].difference), (ALL, whole)]
    note = "Right: difference in percentage points, with the 95 % interval of a paired bootstrap."
    figure = sheet("Per-class test accuracy", f"{title}\n{note}", height=4.4)
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1.25, 1])
    for place, (_, paired) in enumerate(rows):
        first, second = (100 * value for value in paired.accuracies)
        left.plot([first, second], [place, place], color=GREY, linewidth=1.2, zorder=1)
        _interval(right, place, paired)
    for which, (label, color, marker) in enumerate(zip(labels, PALETTE, MARKERS, strict=False)):
        values = [100 * paired.accuracies[which] for _, paired in rows]
        left.plot(values, range(len(rows)), marker, color=color, markersize=6, label=label)
    left.set_yticks(range(len(rows)), [name for name, _ in rows])
    left.get_yticklabels()[-1].set_weight("bold")
    left.set(xlabel="test accuracy (%)")
    right.axvline(0, color="black", linewidth=0.8)
    right.set(xlabel="B minus A (percentage points)")
    for axes in (left, right):
        axes.grid(True, axis="x")
        axes.axhspan(len(rows) - 1.5, len(rows) - 0.5, color="#f2f2f2", zorder=0)
        axes.set_ylim(-0.5, len(rows) - 0.5)
    figure.legend(handles=left.get_legend_handles_labels()[0], loc="outside lower center", ncols=2, frameon=False)
    return figure


def _interval(axes: Axes, place: int, paired: PairedTest) -> None:
    low, middle, high = 100 * paired.low, 100 * paired.difference, 100 * paired.high
    color = GREY if low <= 0 <= high else PALETTE[int(middle > 0)]
    axes.plot([low, high], [place, place], color=color, linewidth=2)
    axes.plot([middle], [place], "o", color=color, markersize=5)
