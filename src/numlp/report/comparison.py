"""Two runs against each other: their curves, and their accuracy a class."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from numlp.history import Record
from numlp.paired import Paired
from numlp.report.curves import CHANCE, fit, line
from numlp.report.style import BLUE, GREY, ORANGE, sheet, styled

COLOURS, MARKERS = (BLUE, ORANGE), ("o", "s")
SPLITS = (("train", "training", "-"), ("val", "validation", "--"))
ALL = "all classes"


@styled
def overlaid(histories: Sequence[Sequence[Record]], labels: Sequence[str], title: str) -> Figure:
    """Draw cost and accuracy of both runs over the epochs: a colour a run, full for training, dashed for validation."""
    figure = sheet("Two runs, epoch by epoch", title, height=3.7)
    cost, accuracy = figure.subplots(1, 2)
    for records, label, colour, marker in zip(histories, labels, COLOURS, MARKERS, strict=True):
        for split, name, dash in SPLITS:
            said = f"{label}, {name}"
            line(cost, records, f"{split}_cost", colour, marker, dash, said, against="epoch")
            line(accuracy, records, f"{split}_accuracy", colour, marker, dash, said, 100, against="epoch")
    costs = [(record.train_cost, record.val_cost) for records in histories for record in records]
    fit(cost, np.array(costs, np.float64).ravel())
    accuracy.axhline(CHANCE, color=GREY, linewidth=1, linestyle=":")
    accuracy.set_ylim(0, None)
    for axes, name in ((cost, "cost (nats)"), (accuracy, "accuracy (%)")):
        axes.set(xlabel="epoch", ylabel=name)
        axes.grid(True)
    figure.legend(handles=accuracy.get_legend_handles_labels()[0][:4], loc="outside lower center", ncols=2, frameon=False)
    return figure


@styled
def by_class(classes: Mapping[str, Paired], whole: Paired, labels: Sequence[str], title: str) -> Figure:
    """Draw the test accuracy of both runs, a row a class, and the difference with its 95 % interval; the largest gain on top."""
    rows = [*sorted(classes.items(), key=lambda item: item[1].difference), (ALL, whole)]
    note = "Right: difference in points, with the 95 % interval of a paired bootstrap."
    figure = sheet("Test accuracy, class by class", f"{title}\n{note}", height=4.4)
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1.25, 1])
    for place, (_, found) in enumerate(rows):
        first, second = (100 * value for value in found.accuracies)
        left.plot([first, second], [place, place], color=GREY, linewidth=1.2, zorder=1)
        _interval(right, place, found)
    for which, (label, colour, marker) in enumerate(zip(labels, COLOURS, MARKERS, strict=True)):
        values = [100 * found.accuracies[which] for _, found in rows]
        left.plot(values, range(len(rows)), marker, color=colour, markersize=6, label=label)
    left.set_yticks(range(len(rows)), [name for name, _ in rows])
    left.get_yticklabels()[-1].set_weight("bold")
    left.set(xlabel="test accuracy (%)")
    right.axvline(0, color="black", linewidth=0.8)
    right.set(xlabel="B minus A (points)")
    for axes in (left, right):
        axes.grid(True, axis="x")
        axes.axhspan(len(rows) - 1.5, len(rows) - 0.5, color="#f2f2f2", zorder=0)
        axes.set_ylim(-0.5, len(rows) - 0.5)
    figure.legend(handles=left.get_legend_handles_labels()[0], loc="outside lower center", ncols=2, frameon=False)
    return figure


def _interval(axes: Axes, place: int, found: Paired) -> None:
    low, middle, high = 100 * found.low, 100 * found.difference, 100 * found.high
    colour = GREY if low <= 0 <= high else COLOURS[int(middle > 0)]
    axes.plot([low, high], [place, place], color=colour, linewidth=2)
    axes.plot([middle], [place], "o", color=colour, markersize=5)
