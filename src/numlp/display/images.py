"""Figures made of images: the first layer's weights and the most confident errors."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from numlp.arrays import Array
from numlp.display.style import DPI, MARGIN, ORANGE, WIDTH, cut, sheet, styled

UNITS, COLUMNS = 100, 5  # most units drawn; errors in a row
CAPTION, GAP, LINES = 11 / 32, 3 / 32, (1 / 32, 5.5 / 32)  # room below an image, between two, and tops of its lines, in its widths
LONGEST = 18  # characters of a caption


def _mosaic(rows: Array, shape: Sequence[int], columns: int, caption: float, subject: str, title: str) -> tuple[Figure, int, int]:
    """Lay out (n, d) channel-major values of 0 to 1 as images, in rows of `columns`, on one axes whose unit is a pixel.

    One channel is gray, as is the mean of two or of more than three. The room below each image is `caption` times its width. The place of
    an image is returned as its width and height.
    """
    height, width, channels = shape
    if channels not in (1, 3):  # such as infrared beside the colors
        rows, channels = rows.reshape(len(rows), channels, -1).mean(axis=1), 1
    gap, lines = math.ceil(GAP * width), -(-len(rows) // columns)
    high, wide = height + gap + math.ceil(caption * width), width + gap
    places = np.ones((lines * columns, channels, high, wide))
    places[: len(rows), :, :height, :width] = rows.reshape(-1, channels, height, width)
    canvas = places.reshape(lines, columns, channels, high, wide).transpose(0, 3, 1, 4, 2).reshape(lines * high, columns * wide, channels)
    canvas = canvas[:-gap, :-gap]
    bottom, right, _ = canvas.shape
    room = max(right, COLUMNS * wide)  # few images are not blown up
    figure = sheet(subject, title, height=(WIDTH - 2 * MARGIN) * bottom / room + MARGIN)
    axes = figure.add_subplot()
    axes.set_axis_off()
    kind = "nearest" if right < WIDTH * DPI else "antialiased"
    axes.imshow(canvas, cmap="gray", vmin=0, vmax=1, extent=(0, right, bottom, 0), interpolation=kind)
    axes.set_anchor("NW")
    return figure, wide, high


def scale_units(W: Array) -> Array:
    """The weights of the first units as values of pixels, (n, d) in 0..1 with 0.5 for 0; weights that are not finite count as 0.

    Each unit is scaled by the 99.5th percentile of its own absolute weights, so that one strong pixel does not gray out the others.
    """
    units = np.nan_to_num(W.T[:UNITS].astype(np.float64), posinf=0, neginf=0)
    scale = np.percentile(np.abs(units), 99.5, axis=1, keepdims=True)
    return np.asarray(0.5 + 0.5 * (units / np.where(scale > 0, scale, np.inf)).clip(-1, 1))


@styled
def draw_first_layer(W: Array, shape: Sequence[int], title: str) -> Figure:
    """Draw the first layer's (d, units) weights as images of `shape`, a unit each, 0 as mid-gray; not those of rows that are no images.

    The weights are those of the first d values of channel-major images; the values behind them are mid-gray.
    """
    if len(shape) != 3:
        return sheet("Weights of the first layer: not drawn, as the inputs are no images", title, height=0.5)
    size = math.prod(shape)
    units = np.pad(scale_units(W), ((0, 0), (0, size - len(W))), constant_values=0.5)
    note = "Mid-gray is 0; each image is scaled by the weights of its own unit."
    if len(W) < size:
        note += f" The network reads only the first {len(W):,} of {size:,} values."
    subject = f"Weights of the first layer: {len(units)} of {W.shape[1]:,} units"
    return _mosaic(units, shape, min(10, len(units)), 0, subject, f"{title}\n{note}")[0]


@styled
def draw_mistakes(
    images: NDArray[np.uint8], shape: Sequence[int], true: Sequence[str], predicted: Sequence[str], probabilities: Array, title: str
) -> Figure:
    """Draw the most confident errors: predicted class and its probability, true class.

    The (n, d) channel-major rows `images`, all of them predicted wrongly, are drawn in their order with the names of their `true` and
    `predicted` classes and the (n,) `probabilities` of the latter; not where `shape` is (d,), that of rows that are no images.
    """
    if len(images) == 0 or len(shape) != 3:
        why = "not drawn, as the inputs are no images" if len(images) else "none, every image is correct"
        return sheet(f"Most confident errors: {why}", title, height=0.5)
    title += "\nOrange: predicted class and its probability. Black: true class."
    figure, wide, high = _mosaic(images / 255, shape, COLUMNS, CAPTION, f"The {len(images)} most confident errors", title)
    for place, (guess, probability, name) in enumerate(zip(predicted, probabilities, true, strict=True)):
        line, column = divmod(place, COLUMNS)
        for text, color, below in zip(
            (f"{cut(guess, LONGEST - 7)} {100 * probability:.1f} %", cut(name, LONGEST)), (ORANGE, "black"), LINES, strict=True
        ):
            y = line * high + shape[0] + below * shape[1]
            figure.axes[0].text(column * wide, y, text, va="top", color=color, parse_math=False)
    return figure
