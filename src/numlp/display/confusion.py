"""The confusion matrix."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from numlp.arrays import Array
from numlp.display.style import cut, sheet, styled

NUMBERED, NAMED = 15, 30  # most classes whose counts fit into the cells, and whose names fit beside them
LONGEST, PAIRS = 20, 5  # characters of a name; pairs of classes that are named where the cells have no counts


@styled
def draw_confusion(matrix: NDArray[np.integer], class_names: Sequence[str], title: str) -> Figure:
    """Draw counts of images, colored by their share of the true class, with the accuracy of each class at the side.

    The (K, K) matrix has a row per true class and a column per predicted class. Of more than 15 classes the cells have colors alone, and
    of more than 30 the axes name every n-th class: then the heading names the pairs that are confused most often.
    """
    k, all_names = len(class_names), [cut(name, LONGEST) for name in class_names]
    sums = matrix.sum(axis=1)
    share = matrix / np.maximum(sums, 1)[:, None]  # a class without images: a row of zeros
    total = int(sums.sum())
    correct = f"{100 * np.trace(matrix) / total:.2f} % of {total:,} images correct" if total > 0 else "no images"
    note = f"{'Numbers: images. ' if k <= NUMBERED else ''}Color: share of a true class (row) by predicted class (column)."
    if k > NUMBERED:
        errors = matrix - np.diag(matrix.diagonal())
        worst = [np.unravel_index(place, matrix.shape) for place in np.argsort(-errors, axis=None, kind="stable")[:PAIRS]]
        pairs = [f"{all_names[row]} as {all_names[column]} ({errors[row, column]})" for row, column in worst if errors[row, column] > 0]
        note += f"\nMost frequent errors: {', '.join(pairs) or 'none'}."
    figure = sheet(f"Confusion matrix: {correct}", f"{title}\n{note}", height=min(5.9, 1.6 + 0.6 * k))
    grid, side = figure.subplots(1, 2, width_ratios=(5.2, 1))
    _cells(grid, matrix, share)
    places = range(0, k, -(-k // NAMED))
    names = [all_names[place] for place in places]
    grid.set_xticks(places, names, rotation=40 if k <= NUMBERED else 90, ha="right", va="center_baseline", rotation_mode="anchor")
    grid.set_yticks(places, names)
    grid.set(xlabel="predicted class", ylabel="true class")
    _side(side, np.where(sums > 0, 100 * share.diagonal(), np.nan))
    return figure


def _cells(axes: Axes, matrix: NDArray[np.integer], share: Array) -> None:
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    axes.spines[:].set_visible(False)
    for (row, column), count in np.ndenumerate(matrix) if len(matrix) <= NUMBERED else ():
        color = "white" if share[row, column] > 0.5 else "black"
        axes.text(column, row, f"{count}", ha="center", va="center", color=color)


def _side(axes: Axes, accuracy: Array) -> None:
    """Bars of accuracy in per cent, on the rows of the matrix; a class without images has none."""
    rows = np.arange(len(accuracy))
    axes.barh(rows, np.nan_to_num(accuracy), color="#9ecae1", height=0.8)
    axes.set(xlim=(0, 100), ylim=(len(rows) - 0.5, -0.5), title="accuracy (%)", xticks=[0, 50, 100], yticks=[])
    axes.spines["left"].set_visible(True)
    for row, value in enumerate(accuracy) if len(rows) <= NAMED else ():
        axes.text(4, row, "no images" if np.isnan(value) else f"{value:.1f}", va="center")
