"""Images made from a seed: no network, no archive, and about as hard for these networks as CIFAR-10.

An image is one of its class's patterns, shifted, of random contrast and now and then as its negative, on a background whose
contrast falls with the spatial frequency as that of photographs does, under a color cast and behind a pattern of any class,
which is at times the stronger one: no network can be right on all of them. It is integer arithmetic throughout, so that a
seed gives the same bytes on every machine and with any number of threads.

Source of the background's spectrum: Field 1987, J. Opt. Soc. Am. A 4(12).
"""

import math

import numpy as np
from numpy.typing import NDArray

from numlp.data.dataset import TEST, DatasetInfo, RawData
from numlp.errors import require

PATTERNS = 2  # number of patterns per class
SHIFTS, STEP = 5, 2  # positions of a pattern along each axis, and the pixels between them
NEGATIVE = 8  # one pattern in so many is inverted
CONTRAST, OTHER_CONTRAST = (16, 48), (0, 64)  # half-open ranges in 64ths: of the class's pattern, of the one before it
LUMINANCE, CAST, PATTERN = (40, 14), (24, 8), (40, 12)  # amplitudes of `_smooth`, the coarsest and the finest
BRIGHTNESS = (98, 159)
CHUNK = 2_000  # images made at once

Levels = NDArray[np.int16]


def synthesize(seed: int = 0, side: int = 32, classes: int = 10, images: int = 60_000) -> RawData:
    """Make color images of `side` x `side` pixels, the last sixth of them as test images, with as many of each class in both.

    Raises:
        UserError: `seed` is negative, `side` no power of two, or there are less than two classes or too few images for them.
    """
    require(seed >= 0, "data.seed", "a whole number of at least 0", seed=seed)
    require(side in (8, 16, 32, 64, 128), "data.side", "8, 16, 32, 64 or 128 pixels", side=side)
    require(classes >= 2, "data.classes", "a whole number of at least 2", classes=classes)
    require(images >= TEST * classes, "data.images", f"at least {TEST * classes} images, {TEST} of each class", images=images)
    children = np.random.SeedSequence(seed).spawn(2 + math.ceil(images / CHUNK))
    bank_rng, rng, *rngs = (np.random.Generator(np.random.PCG64(child)) for child in children)  # NumPy's default generator may change
    bank = _bank(bank_rng, classes, side)
    train = images - images // TEST
    parts = [rng.permutation(np.arange(size) % classes) for size in (train, images - train)]
    labels = np.concatenate(parts).astype(np.min_scalar_type(classes - 1))
    pixels = np.empty((images, 3 * side**2), np.uint8)
    for start, chunk_rng in zip(range(0, images, CHUNK), rngs, strict=True):
        rows = slice(start, start + CHUNK)
        pixels[rows] = _images(labels[rows], bank, side, chunk_rng)
    names = [f"class {label}" for label in range(classes)]
    info = DatasetInfo(f"synthetic, seed {seed}", {"seed": seed}, names, shape=(side, side, 3), train=train)
    return RawData(pixels, labels, info)


def _bank(rng: np.random.Generator, classes: int, side: int) -> NDArray[np.int8]:
    """(classes * PATTERNS, SHIFTS^2, d) patterns, each at every position."""
    patterns = _smooth(rng, classes * PATTERNS * 3, PATTERN, side).reshape(-1, 3, side, side)
    offsets = [STEP * (i - SHIFTS // 2) for i in range(SHIFTS)]
    shifted = np.stack([np.roll(patterns, (y, x), axis=(2, 3)) for y in offsets for x in offsets], axis=1)
    return np.clip(shifted, -128, 127).astype(np.int8).reshape(classes * PATTERNS, SHIFTS**2, -1)


def _images(labels: NDArray[np.integer], bank: NDArray[np.int8], side: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """(n, d) images of the given classes."""
    n, all_classes = len(labels), len(bank) // PATTERNS
    image = np.repeat(_smooth(rng, n, LUMINANCE, side), 3, axis=0).reshape(n, -1)
    image += _smooth(rng, 3 * n, CAST, side // 4).repeat(4, axis=1).repeat(4, axis=2).reshape(n, -1)
    for classes, contrast in ((labels, CONTRAST), (rng.integers(all_classes, size=n), OTHER_CONTRAST)):
        which = classes.astype(np.intp) * PATTERNS + rng.integers(PATTERNS, size=n)
        pattern = bank[which, rng.integers(SHIFTS**2, size=n)].astype(np.int16)
        strength = rng.integers(*contrast, size=(n, 1), dtype=np.int16)
        strength *= 1 - 2 * (rng.integers(NEGATIVE, size=(n, 1), dtype=np.int16) == 0)
        pattern *= strength
        image += pattern >> 6
    image += rng.integers(*BRIGHTNESS, size=(n, 1), dtype=np.int16)
    return np.clip(image, 0, 255).astype(np.uint8)


def _smooth(rng: np.random.Generator, n: int, amplitudes: tuple[int, int], size: int) -> Levels:
    """(n, size, size) noise of many scales, around 0.

    A 2 x 2 grid of the first amplitude is doubled and smoothed until it has its size; after each doubling comes noise of
    half the amplitude of the one before, but never less than the last amplitude.
    """
    amplitude, finest = amplitudes
    field = rng.integers(-amplitude, amplitude, size=(n, 2, 2), dtype=np.int16, endpoint=True)
    while field.shape[1] < size:
        field = field.repeat(2, axis=1).repeat(2, axis=2)
        for axis in (1, 2):
            field = (field + np.roll(field, 1, axis)) >> 1
        amplitude = max(amplitude // 2, finest)
        field += rng.integers(-amplitude, amplitude, size=field.shape, dtype=np.int8, endpoint=True)
    return field
