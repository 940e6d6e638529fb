"""The matrix products of a training step, each operand as cold as a step has it: the least time that a step in NumPy can take."""

import os
from collections.abc import Callable
from itertools import accumulate, pairwise
from time import perf_counter

import numpy as np

from benchmarks.task import Task
from numlp.arrays import Array
from numlp.blas import blas_threads
from numlp.data.preprocess import open_prepared

Product = tuple[Array, Array, Array]  # a, b, and where their product goes


def first_layer(task: Task) -> Callable[[], float]:
    """Seconds per step of the first layer's two products: x W forward, x' dy for the gradient."""
    return timed(task, 1)


def all_layers(task: Task) -> Callable[[], float]:
    """Seconds per step of every layer's products: these two, and dy W' for the input of each layer but the first."""
    return timed(task, len(task.sizes) - 1)


def timed(task: Task, layers: int) -> Callable[[], float]:
    """The mean time of the products of the first `layers` layers over the task's steps.

    What a step does between its products and the next step's is done as well, but not timed: the images of a batch are gathered from
    memory into one buffer, and the whole vectors of weights and gradients are passed over as an update does.
    """
    images = open_prepared(task.data).part("train").x
    x = np.empty((task.batch, images.shape[1]), np.float32)
    weights, gradients, products = operands(task, x, layers)
    rng, threads = np.random.default_rng(0), int(os.environ["OMP_NUM_THREADS"])

    def measure() -> float:
        total = 0.0
        with blas_threads(threads):  # which warms BLAS up
            for _ in range(task.steps):
                np.take(images, rng.integers(0, len(images), task.batch), axis=0, out=x, mode="clip")
                start = perf_counter()
                for a, b, out in products:
                    np.dot(a, b, out=out)
                total += perf_counter() - start
                np.subtract(weights, np.multiply(gradients, 1e-9, out=gradients), out=weights)
        return total / task.steps

    return measure


def operands(task: Task, x: Array, layers: int) -> tuple[Array, Array, list[Product]]:
    """Flat weights and gradients, and the products in the order of a step: forward, then backward."""
    rng, shapes = np.random.default_rng(0), list(pairwise(task.sizes))
    edges = list(accumulate((a * b for a, b in shapes), initial=0))
    weights, gradients = rng.standard_normal(edges[-1], np.float32), np.empty(edges[-1], np.float32)
    forward: list[Product] = []
    backward: list[Product] = []
    for (d_in, d_out), (start, stop) in list(zip(shapes, pairwise(edges), strict=True))[:layers]:
        W, dW = (vector[start:stop].reshape(d_in, d_out) for vector in (weights, gradients))
        W /= np.sqrt(np.float32(d_in))
        y, dy = np.empty((task.batch, d_out), np.float32), rng.standard_normal((task.batch, d_out), np.float32)
        forward.append((x, W, y))
        inner = [(dy, W.T, np.empty_like(x))] if start > 0 else []  # the images have no gradient
        backward = [(x.T, dy, dW), *inner, *backward]
        x = y
    return weights, gradients, forward + backward
