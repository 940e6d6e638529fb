"""Changed images: mirrored, shifted, with a square cut out, mixed."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from numlp.arrays import Array
from numlp.config.schema import SIDE


def flip_half(x: Array, rng: np.random.Generator) -> Array:
    """Mirror each of the (N, 3072) channel-major images left to right with probability 1/2, as a new array."""
    copy = x.copy()
    Augmentation(flip=True).apply(copy, rng)
    return copy


def mirrored(x: Array) -> Array:
    """All of the (N, 3072) channel-major images mirrored left to right, as a new array."""
    return x.reshape(-1, 3, SIDE, SIDE)[..., ::-1].reshape(x.shape)


@dataclass(frozen=True)
class Augmentation:
    """How the images of a batch are changed, each at random on its own.

    Attributes:
        flip: Mirror left to right with probability 1/2.
        shift: Move by up to so many pixels up or down and left or right; what comes in is 0, the mean of normalized images.
        cutout: Side of a square at a random place that is set to 0; parts of it may lie outside the image.

    Source: DeVries and Taylor 2017, arXiv:1708.04552, for the square.
    """

    flip: bool = False
    shift: int = 0
    cutout: int = 0

    def apply(self, x: Array, rng: np.random.Generator) -> None:
        """Change (N, 3072) normalized, channel-major images in place."""
        images = x.reshape(-1, 3, SIDE, SIDE)
        if self.flip:
            flipped = rng.random(len(images)) < 0.5
            images[flipped] = images[flipped, :, :, ::-1]
        if self.shift > 0:
            padded = np.pad(images, ((0, 0), (0, 0), (self.shift, self.shift), (self.shift, self.shift)))
            down, right = rng.integers(0, 2 * self.shift + 1, size=(2, len(images)))
            windows = sliding_window_view(padded, (SIDE, SIDE), axis=(2, 3))  # (N, 3, 2 shift + 1, 2 shift + 1, 32, 32)
            images[...] = windows[np.arange(len(images)), :, down, right]
        if self.cutout > 0:
            places, centers = np.arange(SIDE), rng.integers(0, SIDE, size=(2, len(images), 1))
            low = centers - self.cutout // 2
            rows, columns = (places >= low) & (places < low + self.cutout)  # each (N, 32)
            images *= ~(rows[:, np.newaxis, :, np.newaxis] & columns[:, np.newaxis, np.newaxis, :])


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
