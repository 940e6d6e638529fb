"""The health of one to four networks while they trained: a strip per layer, the first on top, over the epochs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import CenteredNorm, LogNorm, Normalize, PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from numlp.arrays import Array
from numlp.display.style import BLUE, GREY, sheet, styled
from numlp.errors import require
from numlp.training.history import LayerHealth, Record

RUNS = 4  # most runs that one figure has room for
DECADES = 3  # length of a logarithmic scale, down from its highest value; smaller values have the darkest color, 0 too
NONE = "#e3e3e3"  # the color of a cell without a value
NOTE = "Each strip is a layer, the output at the bottom. Gray: no value, or not finite. Updates scale with the learning rate."


@dataclass(frozen=True)
class Watched:
    """A run with train.health=true: the text above its column, its records, and a row per record and layer."""

    label: str
    history: Sequence[Record]
    health: Sequence[LayerHealth]

    def values(self, column: str) -> Array:
        """The values of a column, (layers, records)."""
        depth = max(row.layer for row in self.health)
        return np.array([getattr(row, column) for row in self.health], np.float64).reshape(-1, depth).T


def _decades(values: np.ma.MaskedArray[Any, Any]) -> Normalize:
    """A logarithmic scale, down from the highest value."""
    positive = values[values > 0].compressed()
    low, high = (float(positive.min()), float(positive.max())) if len(positive) else (0.1, 1.0)
    return LogNorm(max(min(low, high / 10), high / 10**DECADES), high, clip=True)


QUANTITIES: Sequence[tuple[str, str, Callable[[np.ma.MaskedArray[Any, Any]], Normalize], str]] = (
    ("activation_std", "Standard deviation of activations", _decades, "viridis"),
    ("dead", "Fraction of dead ReLUs", lambda _: PowerNorm(0.5, 0, 1), "Reds"),  # the root makes one unit of ten visible
    ("grad_norm", "Norm of the weights' gradient", _decades, "viridis"),
    ("update_ratio", "Norm of updates relative to weights", _decades, "viridis"),
    ("gamma_mean", "Batch norm: mean gamma", lambda _: CenteredNorm(1), "RdBu_r"),
    ("beta_mean", "Batch norm: mean beta", lambda _: CenteredNorm(0), "RdBu_r"),
)


@styled
def draw_health(runs: Sequence[Watched], title: str, classes: int) -> Figure:
    """Draw accuracy, and below it each layer's activations, dead ReLUs, gradients, updates and batch norm, a column per run.

    A row has one scale for all runs. `classes` gives the dotted line of chance.
    """
    require(1 <= len(runs) <= RUNS, "health", f"1 to {RUNS} runs", runs=len(runs))
    finite = [quantity for quantity in QUANTITIES if any(np.isfinite(run.values(quantity[0])).any() for run in runs)]
    figure = sheet("Layer by layer, epoch by epoch", f"{title}\n{NOTE}", height=1.9 + 1.25 * len(finite))
    grid = figure.subplots(1 + len(finite), len(runs), sharex="col", squeeze=False, height_ratios=[1.1] + [1] * len(finite))
    for axes, run in zip(grid[0], runs, strict=True):
        axes.plot([record.epoch for record in run.history], [100 * record.val_accuracy for record in run.history], color=BLUE)
        axes.axhline(100 / classes, color=GREY, linewidth=1, linestyle=":")
        axes.set_title(run.label, loc="left", fontsize=9, weight="bold")
    top = max(axes.get_ylim()[1] for axes in grid[0])
    for axes in grid[0]:
        axes.set_ylim(0, top)
    grid[0, 0].set_ylabel("validation\naccuracy (%)")
    for row, (column, heading, scale, colors) in zip(grid[1:], finite, strict=True):
        together = np.ma.masked_invalid(np.concatenate([run.values(column).ravel() for run in runs]))
        norm = scale(together)
        norm.autoscale_None(together)
        for axes, run in zip(row, runs, strict=True):
            values, epochs = np.ma.masked_invalid(run.values(column)), sorted({each.epoch for each in run.health})
            axes.set_facecolor(NONE)
            axes.pcolormesh(epochs, np.arange(len(values)) + 1, values, norm=norm, cmap=colors, shading="nearest")
            axes.set(ylim=(len(values) + 0.5, 0.5))
            axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        row[0].set_title(heading, loc="left", fontsize=9)
        row[0].set_ylabel("layer")
        extend = "min" if isinstance(norm, LogNorm) else "neither"
        bar = figure.colorbar(ScalarMappable(norm, colormaps[colors]), ax=list(row), extend=extend, pad=0.02, aspect=8)
        if isinstance(norm, LogNorm):
            ticks = norm.inverse(np.array([0, 0.5, 1])).tolist()
            bar.set_ticks(ticks, labels=[f"{tick:.2g}" for tick in ticks])
            bar.minorticks_off()
    for axes in grid[:, 1:].flat:
        axes.tick_params(labelleft=False)
    for axes in grid[-1]:
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(4 if len(runs) > 1 else 10, integer=True, steps=[1, 2, 5, 10]))
    return figure
