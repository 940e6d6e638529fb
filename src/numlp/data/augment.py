"""Changed images: mirrored, shifted, with a square cut out, mixed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from numlp.arrays import Array


def mirrored(x: Array, shape: Sequence[int]) -> Array:
    """All of the (N, d) channel-major images of `shape` mirrored left to right, as a new array."""
    height, width, channels = shape
    return x.reshape(-1, channels, height, width)[..., ::-1].reshape(x.shape)


@dataclass(frozen=True)
class Augmentation:
    """How the images of a batch are changed, each at random on its own.

    Attributes:
        shape: (height, width, channels) of an image.
        flip: Mirror left to right with probability 1/2.
        shift: Move by up to so many pixels up or down and left or right; what comes in is 0, the mean of normalized images.
        cutout: Side of a square at a random place that is set to 0; parts of it may lie outside the image.

    Source: DeVries and Taylor 2017, arXiv:1708.04552, for the square.
    """

    shape: Sequence[int]
    flip: bool = False
    shift: int = 0
    cutout: int = 0

    def apply(self, x: Array, rng: np.random.Generator) -> None:
        """Change (N, d) normalized, channel-major images in place."""
        height, width, channels = self.shape
        images = x.reshape(-1, channels, height, width)
        if self.flip:
            flipped = rng.random(len(images)) < 0.5
            images[flipped] = images[flipped, :, :, ::-1]
        if self.shift > 0:
            padded = np.pad(images, ((0, 0), (0, 0), (self.shift, self.shift), (self.shift, self.shift)))
            down, right = rng.integers(0, 2 * self.shift + 1, size=(2, len(images)))
            windows = sliding_window_view(padded, (height, width), axis=(2, 3))  # (N, channels, 2 shift + 1, 2 shift + 1, height, width)
            images[...] = windows[np.arange(len(images)), :, down, right]
        if self.cutout > 0:
            rows, columns = (self._square(side, len(images), rng) for side in (height, width))  # (N, height) and (N, width)
            images *= ~(rows[:, np.newaxis, :, np.newaxis] & columns[:, np.newaxis, np.newaxis, :])

    def _square(self, side: int, n: int, rng: np.random.Generator) -> NDArray[np.bool_]:
        """The places of the squares of `n` images along an axis of `side` pixels."""
        places, low = np.arange(side), rng.integers(0, side, size=(n, 1)) - self.cutout // 2
        return (places >= low) & (places < low + self.cutout)


def mix(x: Array, alpha: float, rng: np.random.Generator) -> tuple[NDArray[np.intp], float]:
    """Mix each of the (N, d) images with another of the batch, in place: share * x + (1 - share) * x[order].

    Returns:
        (N,) `order`, and `share`, drawn from a Beta distribution with both parameters `alpha`.

    Source: Zhang et al. 2018, arXiv:1710.09412, section 2.
    """
    order, share = rng.permutation(len(x)), float(rng.beta(alpha, alpha))
    mixed = x[order]
    mixed *= 1 - share
    x *= share
    x += mixed
    return order, share
