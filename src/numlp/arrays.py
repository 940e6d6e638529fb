"""One contiguous vector with named, shaped views."""

import math
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array: TypeAlias = NDArray[np.floating]
Shape: TypeAlias = tuple[int, ...]


class Flat:
    """Named arrays that share one vector, in the order given.

    The optimizer, the penalty, a checkpoint and a comparison are operations on `vector`; layers hold the views.

    Args:
        shapes: Each array's shape by name.
        dtype: float32 to train, float64 to check gradients.

    Attributes:
        vector: (size,) all the arrays, one after the other.
        views: The arrays by name; writing to one writes to the vector.
    """

    def __init__(self, shapes: Mapping[str, Shape], dtype: DTypeLike) -> None:
        sizes = [math.prod(shape) for shape in shapes.values()]
        self.vector: Array = np.zeros(sum(sizes), dtype)
        stops = np.cumsum(sizes, dtype=int)
        self.views: dict[str, Array] = {
            name: self.vector[stop - size : stop].reshape(shape)
            for (name, shape), size, stop in zip(shapes.items(), sizes, stops, strict=True)
        }

    def __getitem__(self, name: str) -> Array:
        return self.views[name]
