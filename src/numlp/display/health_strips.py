"""The health of one to four networks while they trained: a strip per layer, the first on top, over the epochs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize, PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from numlp.arrays import Array
from numlp.display.style import BLUE, GREY, sheet, styled
from numlp.errors import require
from numlp.training.history import LayerHealth, Record

RUNS = 4  # most that one figure has room for
DECADES = 3  # of a logarithmic scale; what is below its highest value by more is shown as "less"
NONE = "#e3e3e3"  # of a cell without a value


@dataclass(frozen=True)
class Watched:
    """A run with train.health=true.

    Attributes:
        label: The text above its column.
        history: Its records.
        health: A row per record and layer.
    """

    label: str
    history: Sequence[Record]
    health: Sequence[LayerHealth]


@dataclass(frozen=True)
class Quantity:
    """A row of the figure."""

    column: str
    title: str
    scale: Callable[[Array], Normalize]
    colors: str
    factor: float = 1.0


def _decades(values: Array) -> Normalize:
    """A logarithmic scale, down from the highest value."""
    positive = values[np.isfinite(values) & (values > 0)]
    high = float(positive.max()) if len(positive) else 1.0
    low = float(positive.min()) if len(positive) else 0.1
    return LogNorm(max(min(low, high / 10), high / 10**DECADES), high)


def _about(middle: float) -> Callable[[Array], Normalize]:
    """A scale that goes as far on both sides of `middle` as the values go."""

    def scale(values: Array) -> Normalize:
        far = float(np.max(np.abs(values - middle), where=np.isfinite(values), initial=1e-3))
        return Normalize(middle - far, middle + far)

    return scale


QUANTITIES = (
    Quantity("activation_std", "Standard deviation of the activations over the images", _decades, "viridis"),
    Quantity("dead", "Dead ReLUs (%)", lambda _: PowerNorm(0.5, 0, 100), "Reds", 100),  # by the root, so that one unit of ten is seen
    Quantity("grad_norm", "Norm of the weights' gradient", _decades, "viridis"),
    Quantity("update_ratio", "Norm of an update, relative to the norm of the weights", _decades, "viridis"),
    Quantity("gamma_mean", "Batch norm: mean gamma", _about(1), "RdBu_r"),
    Quantity("beta_mean", "Batch norm: mean beta", _about(0), "RdBu_r"),
)


@styled
def draw_health(runs: Sequence[Watched], title: str, classes: int) -> Figure:
    """Draw accuracy, and below it each layer's activations, dead ReLUs, gradients, updates and batch norm, a column per run.

    A row has one scale for all runs.

    Args:
        runs: One to four, each with at least one record.
        title: The data set's name and the settings that the runs share.
        classes: Number of classes, for the dotted line of chance.
    """
    require(1 <= len(runs) <= RUNS, "health", f"1 to {RUNS} runs", runs=len(runs))
    finite = [quantity for quantity in QUANTITIES if any(np.isfinite(_values(run, quantity)).any() for run in runs)]
    note = "Each strip is a layer, the output at the bottom. Gray: no value, or not finite. Updates scale with the learning rate."
    figure = sheet("Layer by layer, epoch by epoch", f"{title}\n{note}", height=1.9 + 1.25 * len(finite))
    grid = figure.subplots(1 + len(finite), len(runs), sharex="col", squeeze=False, height_ratios=[1.1] + [1] * len(finite))
    _accuracies(grid[0], runs, 100 / classes)
    for axes, quantity in zip(grid[1:], finite, strict=True):
        _row(figure, axes, quantity, runs)
    for axes in grid[-1]:
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(4 if len(runs) > 1 else 10, integer=True))
    return figure


def _accuracies(row: Sequence[Axes], runs: Sequence[Watched], chance: float) -> None:
    """Draw the validation accuracy: the training columns need not be of a whole split."""
    highest = 100 * max(record.val_accuracy for run in runs for record in run.history)
    for axes, run in zip(row, runs, strict=True):
        axes.plot([record.epoch for record in run.history], [100 * record.val_accuracy for record in run.history], color=BLUE)
        axes.axhline(chance, color=GREY, linewidth=1, linestyle=":")
        axes.set(ylim=(0, max(2 * chance, 1.1 * highest)))
        axes.set_title(run.label, loc="left", fontsize=9, weight="bold")
        axes.tick_params(labelleft=axes is row[0])
    row[0].set_ylabel("validation\naccuracy (%)")


def _row(figure: Figure, row: Sequence[Axes], quantity: Quantity, runs: Sequence[Watched]) -> None:
    values = [_values(run, quantity) for run in runs]
    norm = quantity.scale(np.concatenate([part.ravel() for part in values]))
    colors = colormaps[quantity.colors].with_extremes(bad=NONE)
    for axes, part, run in zip(row, values, runs, strict=True):
        axes.set_facecolor(NONE)
        drawn = np.maximum(part, np.finfo(np.float64).tiny) if isinstance(norm, LogNorm) else part  # 0 is as dark as can be
        axes.pcolormesh(_edges(run), np.arange(len(part) + 1) + 0.5, np.ma.masked_invalid(drawn), norm=norm, cmap=colors)
        axes.set(ylim=(len(part) + 0.5, 0.5))
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.tick_params(labelleft=axes is row[0])
    row[0].set_title(quantity.title, loc="left", fontsize=9)
    row[0].set_ylabel("layer")
    lower = isinstance(norm, LogNorm) and any(np.any(part < (norm.vmin or 0)) for part in values)
    figure.colorbar(ScalarMappable(norm, colors), ax=list(row), extend="min" if lower else "neither", pad=0.02, aspect=8)


def _values(run: Watched, quantity: Quantity) -> Array:
    """The values of a quantity, (layers, records)."""
    depth = max(row.layer for row in run.health)
    return quantity.factor * np.array([getattr(row, quantity.column) for row in run.health], np.float64).reshape(-1, depth).T


def _edges(run: Watched) -> Array:
    """The edges of the records' cells, half-way to their neighbors."""
    epochs = np.array(sorted({row.epoch for row in run.health}), np.float64)
    if len(epochs) == 1:
        return np.array([epochs[0] - 0.5, epochs[0] + 0.5])
    between = (epochs[1:] + epochs[:-1]) / 2
    return np.concatenate([epochs[:1], between, epochs[-1:]])
