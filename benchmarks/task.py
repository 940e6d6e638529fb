"""A measurement: updates of a network on images of random numbers, whose time does not depend on them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

import numlp
from numlp.data.normalise import Pixels

PIXELS, CLASSES, IMAGES, ETA = 3072, 10, 45_000, 0.001

Train: TypeAlias = Callable[[], object]  # the updates of a round; each call makes them anew


@dataclass(frozen=True)
class Task:
    """Updates of one network for each of `lams`."""

    sizes: Sequence[int]  # the widths from input to output
    steps: int
    batch: int = 100
    norm: bool = True
    adam: bool = False
    lams: Sequence[float] = (0.005,)

    def batches(self) -> NDArray[np.int32]:
        """(steps, batch) places of a round's images, each epoch's in random order."""
        rng, count = np.random.default_rng(0), self.steps * self.batch
        epochs = [rng.permutation(IMAGES) for _ in range(-(-count // IMAGES))]
        return np.concatenate(epochs)[:count].reshape(self.steps, self.batch).astype(np.int32)


def draw_images() -> numlp.Part:
    """Images and labels, the same for every library; `part.x[:]` is all of them as float32 values."""
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (IMAGES, PIXELS), np.uint8), rng.integers(0, CLASSES, IMAGES)
    return numlp.Part(Pixels(images, np.full(PIXELS, 0.5), np.full(PIXELS, 0.25)), labels)
