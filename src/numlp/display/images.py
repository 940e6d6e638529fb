"""Figures made of images: the first layer's weights and the most confident errors."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from numlp.arrays import Array
from numlp.display.style import MARGIN, ORANGE, WIDTH, sheet, styled

UNITS = 100  # most units drawn
ERRORS, COLUMNS = 20, 5  # most errors drawn, and in a row
CAPTION, GAP, LINES = 11 / 32, 3 / 32, (1 / 32, 5.5 / 32)  # in widths of an image: room below it, between two, and where its lines begin
LONGEST = 11  # characters of a class name in a caption


@dataclass(frozen=True)
class Mosaic:
    """Images side by side on one axes, whose unit is an image's pixel.

    Attributes:
        shape: (height, width, channels) of an image, with one channel or three.
        columns: Images in a row.
        caption: Room below each, in widths of an image.
    """

    shape: Sequence[int]
    columns: int
    caption: float = 0.0

    def corner(self, index: int) -> tuple[int, int]:
        """Left and upper pixel of an image."""
        (line, column), (height, width, _) = divmod(index, self.columns), self.shape
        gap = math.ceil(GAP * width)
        return column * (width + gap), line * (height + gap + math.ceil(self.caption * width))

    def draw(self, rows: Array, subject: str, title: str) -> tuple[Figure, Axes]:
        """Lay out (n, d) values of 0 to 1, channel-major; one channel is gray."""
        height, width, channels = self.shape
        gap, lines = math.ceil(GAP * width), -(-len(rows) // self.columns)
        right, bottom = self.corner(self.columns - 1)[0] + width, self.corner(lines * self.columns)[1] - gap
        room = max(right, COLUMNS * (width + gap))  # few images are not blown up
        figure = sheet(subject, title, height=(WIDTH - 2 * MARGIN) * bottom / room + MARGIN)
        canvas = np.ones((bottom, right, 3))
        for index, row in enumerate(rows):
            x, y = self.corner(index)
            canvas[y : y + height, x : x + width] = row.reshape(channels, height, width).transpose(1, 2, 0)
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.imshow(canvas, extent=(0, right, bottom, 0), interpolation="nearest")
        axes.set_anchor("NW")
        return figure, axes


def scale_units(W: Array) -> Array:
    """The weights of the first units as values of pixels, (n, d) in 0..1 with 0.5 for 0; weights that are not finite count as 0.

    Each unit is scaled by the 99.5th percentile of its own absolute weights, so that one strong pixel does not gray out the others.
    """
    units = np.nan_to_num(W.T[:UNITS].astype(np.float64), posinf=0, neginf=0)
    scale = np.percentile(np.abs(units), 99.5, axis=1, keepdims=True)
    scaled: Array = np.divide(units, scale, out=np.zeros_like(units), where=scale > 0)
    return np.asarray(0.5 + 0.5 * scaled.clip(-1, 1))


@styled
def draw_first_layer(W: Array, shape: Sequence[int], title: str) -> Figure:
    """Draw the first layer's weights as images, a unit each, 0 as mid-gray.

    Args:
        W: (d, units) weights of the first d values of channel-major images; the values behind them are drawn as mid-gray.
        shape: (height, width, channels) of an image, or (d,) of rows that are no images, which are not drawn.
        title: The data set's name and the run's choices.
    """
    if len(shape) != 3:
        return sheet("Weights of the first layer: not drawn, as the inputs are no images", title, height=0.5)
    size = math.prod(shape)
    units = np.pad(scale_units(W), ((0, 0), (0, size - len(W))), constant_values=0.5)
    note = "Mid-gray is 0; each image is scaled by the weights of its own unit."
    if len(W) < size:
        note += f" The network reads only the first {len(W):,} of {size:,} values."
    subject = f"Weights of the first layer: {len(units)} of {W.shape[1]:,} units"
    return Mosaic(shape, min(10, len(units))).draw(units, subject, f"{title}\n{note}")[0]


@styled
def draw_confident_errors(
    images: NDArray[np.uint8], shape: Sequence[int], true: Sequence[str], predicted: Sequence[str], probabilities: Array, title: str
) -> Figure:
    """Draw the errors among the images given, the most confident first: predicted class and its probability, true class.

    Args:
        images: (n, d) channel-major rows; those with `true` equal to `predicted` are left out.
        shape: (height, width, channels) of an image, or (d,) of rows that are no images, which are not drawn.
        true: n class names.
        predicted: n class names.
        probabilities: (n,) probability of the predicted class.
        title: The data set's name and the run's choices.
    """
    wrong = np.flatnonzero([a != b for a, b in zip(true, predicted, strict=True)])
    order = wrong[np.argsort(-probabilities[wrong], kind="stable")][:ERRORS]  # NaN last
    if len(order) == 0:
        return sheet("Most confident errors: none, every image is correct", title, height=0.5)
    if len(shape) != 3:
        return sheet("Most confident errors: not drawn, as the inputs are no images", title, height=0.5)
    note = "Orange: predicted class and its probability. Black: true class."
    mosaic, (height, width, _) = Mosaic(shape, COLUMNS, CAPTION), shape
    figure, axes = mosaic.draw(images[order] / 255, f"The {len(order)} most confident errors", f"{title}\n{note}")
    for place, index in enumerate(order):
        x, y = mosaic.corner(place)
        texts = f"{_short(predicted[index])} {100 * probabilities[index]:.1f} %", _short(true[index])
        for text, color, line in zip(texts, (ORANGE, "black"), LINES, strict=True):
            axes.text(x, y + height + line * width, text, va="top", color=color, parse_math=False)
    return figure


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "\u2026"
