"""The networks that every library trains, on images of random numbers: the time of an update does not depend on them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

PIXELS, CLASSES, IMAGES = 3072, 10, 45_000
BATCH, LAM, HALF_CYCLE = 100, 0.005, 2250


@dataclass(frozen=True)
class Task:
    """Updates of a network by plain gradient descent or Adam, with a cyclical learning rate and L2 regularization of the weights."""

    hidden: tuple[int, ...] = (50, 50)
    norm: bool = True
    adam: bool = False
    steps: int = 450

    @property
    def sizes(self) -> tuple[int, ...]:
        """The widths from input to output."""
        return (PIXELS, *self.hidden, CLASSES)

    @property
    def eta_max(self) -> float:
        """The highest learning rate."""
        return 0.001 if self.adam else 0.1


WIDE = Task((2048, 1024, 512), steps=30)
TASKS = {
    "3 layers, batch norm": Task(),
    "9 layers, batch norm": Task((50, 30, 20, 20, 10, 10, 10, 10)),
    "3 layers": Task(norm=False),
    "2048-1024-512, batch norm": WIDE,
    "2048-1024-512, batch norm, Adam": replace(WIDE, adam=True),
}

Images: TypeAlias = NDArray[np.float32]
Labels: TypeAlias = NDArray[np.intp]
Train: TypeAlias = Callable[[], object]
"""Makes the updates of a task; again, where it is called again."""


def draw_images() -> tuple[Images, Labels]:
    """Images and labels, the same for every library."""
    rng = np.random.default_rng(0)
    return rng.random((IMAGES, PIXELS), np.float32) - np.float32(0.5), rng.integers(0, CLASSES, IMAGES)
