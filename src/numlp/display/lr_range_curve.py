"""The plot of a learning-rate range test."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from numlp.arrays import Array
from numlp.display.style import BLUE, GREY, ORANGE, sheet, styled
from numlp.errors import require
from numlp.training.history import Record

SHOWN = 1.6  # times the first loss: what is above says no more than that the network is lost


@styled
def draw_lr_range(records: Sequence[Record], smooth: Array, bounds: tuple[float, float] | None, title: str, classes: int) -> Figure:
    """Draw validation accuracy and loss against the rate, `bounds` as two marked lines.

    Args:
        records: Two or more.
        smooth: The validation accuracy, smoothed.
        bounds: The lower and the upper rate that the test suggests, or None.
        title: The data set's name and the run's choices.
        classes: Number of classes, for the dotted line of chance.
    """
    require(len(records) >= 2, "lr_range", "two evaluation points or more", records=len(records))
    figure = sheet("Learning-rate range test", title, height=4.6)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[1.5, 1])
    eta, accuracy = np.array([r.eta for r in records]), 100 * np.array([r.val_accuracy for r in records])
    upper.plot(eta, accuracy, ".", color=GREY, markersize=3, label="validation")
    upper.plot(eta, 100 * smooth, color=BLUE, linewidth=1.8, label="mean of five")
    chance = 100 / classes
    upper.axhline(chance, color=GREY, linewidth=1, linestyle=":", label=f"chance ({chance:.3g} %)")
    upper.set(ylabel="accuracy (%)", xscale="log", ylim=(0, max(2 * chance, 1.25 * float(accuracy.max()))))
    loss = np.array([r.val_loss for r in records])
    lower.plot(eta, loss, color=BLUE, linewidth=1.8)
    if len(drawn := loss[np.isfinite(loss)]) > 0:
        lower.set_ylim(0.95 * float(drawn.min()), 1.05 * min(float(drawn.max()), SHOWN * float(drawn[0])))
    lower.set(xlabel="eta", ylabel="validation loss (nats)")
    for axes in (upper, lower):
        axes.grid(True)
        if bounds is not None:
            axes.axvspan(*bounds, color=ORANGE, alpha=0.08, linewidth=0)
    if bounds is not None:
        _mark(upper, bounds[0], f"eta_min {bounds[0]:g} ", "right")
        _mark(upper, bounds[1], f" eta_max {bounds[1]:g}", "left")
    figure.legend(handles=upper.get_legend_handles_labels()[0], loc="outside lower center", ncols=3, frameon=False)
    return figure


def _mark(axes: Axes, eta: float, text: str, side: str) -> None:
    axes.axvline(eta, color=ORANGE, linewidth=1.4)
    axes.text(eta, 0.97, text, transform=axes.get_xaxis_transform(), color=ORANGE, ha=side, va="top", weight="bold")
