"""Figures made of 32 x 32 color images: the first layer's weights and the most confident errors."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from numlp.arrays import Array
from numlp.config.schema import PIXELS, SIDE
from numlp.display.style import MARGIN, ORANGE, WIDTH, sheet, styled
from numlp.errors import require

UNITS = 100  # most units drawn
ERRORS, COLUMNS, CAPTION = 20, 5, 11  # most errors drawn, in a row, and pixels below each for its caption
GAP = 3  # pixels between images
LONGEST = 11  # characters of a class name in a caption


def scale_units(W: Array) -> tuple[Array, NDArray[np.bool_]]:
    """The weights of the first units as values of pixels, (n, 3072) in 0..1 with 0.5 for 0, and which units are finite, (n,).

    Each unit is scaled by the 99.5th percentile of its own absolute weights, so that one strong pixel does not gray out
    the others. A unit with weights that are not finite is gray.
    """
    units = W.T[:UNITS].astype(np.float64)
    finite = np.atleast_1d(np.isfinite(units).all(axis=1))
    units[~finite] = 0
    scale = np.percentile(np.abs(units), 99.5, axis=1, keepdims=True)
    scaled = np.divide(units, scale, out=np.zeros_like(units), where=scale > 0)
    return 0.5 + 0.5 * scaled.clip(-1, 1), finite


@styled
def draw_first_layer(W: Array, title: str) -> Figure:
    """Draw the first layer's weights as images, a unit each, 0 as mid-gray.

    A unit with weights that are not finite is crossed out.

    Args:
        W: (n, d) weights of the first n values of channel-major 32 x 32 x 3 images; where n is below 3072, the others are mid-gray.
        title: The data set's name and the run's choices.
    """
    require(W.ndim == 2 and W.shape[0] <= PIXELS, "first_layer", f"weights of shape (at most {PIXELS}, d)", shape=W.shape)
    units, finite = scale_units(W)
    columns = min(10, len(units))
    count = f"{len(units)} of {W.shape[1]:,} units"
    note = "Mid-gray is 0; each image is scaled by the weights of its own unit."
    if W.shape[0] < PIXELS:
        units = np.pad(units, ((0, 0), (0, PIXELS - W.shape[0])), constant_values=0.5)
        note += f" The network reads only the first {W.shape[0]:,} of {PIXELS:,} values."
    if not finite.all():
        note += f" Crossed out: {np.sum(~finite)} with weights that are not finite (inf or NaN)."
    figure, axes = _mosaic(units, columns, 0, f"Weights of the first layer: {count}", f"{title}\n{note}")
    for index in np.flatnonzero(~finite).tolist():
        x, y = _corner(index, columns, 0)
        axes.plot([x, x + SIDE, np.nan, x, x + SIDE], [y, y + SIDE, np.nan, y + SIDE, y], color=ORANGE)
    return figure


@styled
def draw_confident_errors(
    images: NDArray[np.uint8], true: Sequence[str], predicted: Sequence[str], probabilities: Array, title: str
) -> Figure:
    """Draw the errors among the images given, the most confident first: predicted class and its probability, true class.

    Args:
        images: (n, 3072) channel-major rows; those with `true` equal to `predicted` are left out.
        true: n class names.
        predicted: n class names.
        probabilities: (n,) probability of the predicted class.
        title: The data set's name and the run's choices.
    """
    sizes = [len(images), len(true), len(predicted), len(probabilities)]
    require(len(set(sizes)) == 1, "confident_errors", "as many images as names and probabilities", sizes=sizes)
    wrong = np.flatnonzero([a != b for a, b in zip(true, predicted, strict=True)])
    order = wrong[np.argsort(-probabilities[wrong], kind="stable")][:ERRORS]  # NaN last
    if len(order) == 0:
        return sheet("Most confident errors: none, every image is correct", title, height=0.5)
    note = "Orange: predicted class and its probability. Black: true class."
    upper = [f"{_short(predicted[i])} {100 * probabilities[i]:.1f} %" for i in order]
    lower = [_short(true[i]) for i in order]
    return _captioned(images[order], upper, lower, f"The {len(order)} most confident errors", f"{title}\n{note}")


def _captioned(images: NDArray[np.uint8], upper: Sequence[str], lower: Sequence[str], subject: str, title: str) -> Figure:
    figure, axes = _mosaic(images / 255, COLUMNS, CAPTION, subject, title)
    for place, (first, second) in enumerate(zip(upper, lower, strict=True)):
        x, y = _corner(place, COLUMNS, CAPTION)
        axes.text(x, y + SIDE + 1, first, va="top", color=ORANGE, parse_math=False)
        axes.text(x, y + SIDE + 5.5, second, va="top", parse_math=False)
    return figure


def _mosaic(rows: Array, columns: int, caption: int, subject: str, title: str) -> tuple[Figure, Axes]:
    """Lay (n, 3072) values of 0 to 1 out on one axes, whose units are the images' pixels, with room for captions."""
    lines = -(-len(rows) // columns)
    width, height = columns * (SIDE + GAP) - GAP, lines * (SIDE + GAP + caption) - GAP
    sheet_inches = WIDTH - 2 * MARGIN
    room = max(width, 5 * (SIDE + GAP))  # few images are not blown up
    figure = sheet(subject, title, height=sheet_inches * height / room + MARGIN)
    canvas = np.ones((height, width, 3))
    for index, row in enumerate(rows):
        x, y = _corner(index, columns, caption)
        canvas[y : y + SIDE, x : x + SIDE] = row.reshape(3, SIDE, SIDE).transpose(1, 2, 0)
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.imshow(canvas, extent=(0, width, height, 0), interpolation="nearest")
    axes.set_anchor("NW")
    return figure, axes


def _corner(index: int, columns: int, caption: int) -> tuple[int, int]:
    """Left and upper pixel of an image of the mosaic."""
    line, column = divmod(index, columns)
    return column * (SIDE + GAP), line * (SIDE + GAP + caption)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "\u2026"
