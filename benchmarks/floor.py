"""Pure matrix products of a training step, with their outputs made before: the least that a step in NumPy can take."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from time import perf_counter

import numpy as np

from benchmarks.task import Task
from numlp.arrays import Array

Product = tuple[Array, Array, Array]  # a, b, and where their product goes


def floor(task: Task) -> Callable[[], float]:
    """Seconds a step of the first layer's two products: x W forward, x' dy for the gradient."""
    return timed(products(task.sizes[:2], task.batch), task.steps)


def all_products(task: Task) -> Callable[[], float]:
    """Seconds a step of every layer's products: these two, and dy W' for the input of each layer but the first."""
    return timed(products(task.sizes, task.batch), task.steps)


def products(sizes: Sequence[int], n: int) -> list[Product]:
    """Operands of the products for batches of `n` rows, float32."""
    rng = np.random.default_rng(0)
    made: list[Product] = []
    for index, (d_in, d_out) in enumerate(pairwise(sizes)):
        x, W, dy = (rng.standard_normal(shape, np.float32) for shape in ((n, d_in), (d_in, d_out), (n, d_out)))
        made += [(x, W, np.empty_like(dy)), (x.T, dy, np.empty_like(W))]
        if index > 0:
            made.append((dy, W.T, np.empty_like(x)))
    return made


def timed(made: list[Product], steps: int) -> Callable[[], float]:
    """Seconds a step: the mean over `steps` of them."""

    def measure() -> float:
        start = perf_counter()
        for _ in range(steps):
            for a, b, out in made:
                np.dot(a, b, out=out)
        return (perf_counter() - start) / steps

    return measure
