"""Images made from a seed: no network, no archive, and about as hard for these networks as CIFAR-10.

An image is one of its class's patterns, shifted and of random contrast, on a background whose contrast falls with the
spatial frequency as that of photographs does, with a colour cast and a pattern of no class over it. All of it is integer
arithmetic, so that a seed gives the same bytes on every machine and with any number of threads.

Source of the background's spectrum: Field 1987, J. Opt. Soc. Am. A 4(12).
"""

import numpy as np
from numpy.typing import NDArray

from numlp.data.raw import CLASSES, IMAGES, PIXELS, TRAIN_IMAGES, RawData
from numlp.errors import require

PATTERNS = 6  # of each class
SHIFTS = 5  # positions a pattern can take along each axis
STEP = 2  # pixels between them
CHUNK = 2_000  # images made at once
CONTRAST = (10, 40)  # of a pattern, in 64ths
DISTRACTION = (0, 40)  # of the pattern of no class
GREY, GRAIN = 40, 14  # coarsest and added amplitudes

Levels = NDArray[np.int16]


def synthesise(seed: int) -> RawData:
    """Make 50,000 training and 10,000 test images of ten classes, as many of each class in both.

    Raises:
        UserError: `seed` is negative.
    """
    require(seed >= 0, "data.source.seed", "a whole number >= 0", seed=seed)
    banks, order, *chunks = np.random.SeedSequence(seed).spawn(2 + IMAGES // CHUNK)
    bank = _bank(np.random.default_rng(banks))
    labels = _labels(np.random.default_rng(order))
    images = np.empty((IMAGES, PIXELS), np.uint8)
    for start, stream in zip(range(0, IMAGES, CHUNK), chunks, strict=True):
        rows = slice(start, start + CHUNK)
        images[rows] = _images(labels[rows], bank, np.random.default_rng(stream))
    names = tuple(f"class {label}" for label in range(CLASSES))
    return RawData(images, labels, names, f"synthetic, seed {seed}", {"seed": seed})


def _labels(rng: np.random.Generator) -> NDArray[np.uint8]:
    """(60000,) labels, balanced in the training and in the test images."""
    parts = [np.arange(size, dtype=np.uint8) % CLASSES for size in (TRAIN_IMAGES, IMAGES - TRAIN_IMAGES)]
    return np.concatenate([rng.permutation(part) for part in parts])


def _bank(rng: np.random.Generator) -> NDArray[np.int8]:
    """(11 * PATTERNS, SHIFTS^2, 3072) patterns of the ten classes and of none, at each position."""
    patterns = _smooth(rng, (CLASSES + 1) * PATTERNS * 3, GREY, 12, size=32).reshape(-1, 3, 32, 32)
    places = [(STEP * (i - SHIFTS // 2), STEP * (j - SHIFTS // 2)) for i in range(SHIFTS) for j in range(SHIFTS)]
    shifted = np.stack([np.roll(patterns, place, axis=(2, 3)) for place in places], axis=1)
    return np.clip(shifted, -128, 127).astype(np.int8).reshape(len(patterns), len(places), PIXELS)


def _images(labels: NDArray[np.uint8], bank: NDArray[np.int8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """(n, 3072) images of the given classes."""
    n = len(labels)
    image = np.repeat(_smooth(rng, n, GREY, GRAIN, size=32)[:, None], 3, axis=1).reshape(n, PIXELS)
    cast = _smooth(rng, 3 * n, 24, 8, size=8).repeat(4, axis=1).repeat(4, axis=2)
    image += cast.reshape(n, PIXELS)
    for kind, contrast in ((labels, CONTRAST), (rng.integers(CLASSES, size=n), DISTRACTION)):
        which = kind.astype(np.intp) * PATTERNS + rng.integers(PATTERNS, size=n)
        pattern = bank[which, rng.integers(SHIFTS**2, size=n)].astype(np.int16)
        pattern *= rng.integers(*contrast, size=(n, 1), dtype=np.int16)
        image += pattern >> 6
    image += rng.integers(98, 159, size=(n, 1), dtype=np.int16)  # brightness
    return np.clip(image, 0, 255).astype(np.uint8)


def _smooth(rng: np.random.Generator, n: int, coarse: int, fine: int, size: int) -> Levels:
    """(n, size, size) noise: a 2 x 2 grid of -coarse to coarse, doubled and smoothed, with half as much more at each size down to `fine`."""
    field = rng.integers(-coarse, coarse, size=(n, 2, 2), dtype=np.int16, endpoint=True)
    amplitude = coarse
    while field.shape[1] < size:
        field = field.repeat(2, axis=1).repeat(2, axis=2)
        for axis in (1, 2):
            field = (field + np.roll(field, 1, axis)) >> 1
        amplitude = max(amplitude // 2, fine)
        field += rng.integers(-amplitude, amplitude, size=field.shape, dtype=np.int8, endpoint=True)
    return field
