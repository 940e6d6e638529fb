"""The same training in JAX: a jitted scan over the steps, its parameters donated; for many networks, a vmap inside it."""

import os
import sys
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

if os.environ["OMP_NUM_THREADS"] == "1" and sys.platform == "linux":  # XLA makes a thread for each processor it may run on
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.task import Task

EPS = 2.220446049250313e-16
State = list[dict[str, Any]]


def step(task: Task) -> Callable[[], float]:
    """Seconds an update."""
    run = scan(task, layers(task), task.lams[0], train_one)
    return lambda: run() / task.steps


def networks(task: Task) -> Callable[[], float]:
    """Seconds to train a network for each of the task's lams, all at once on the same batches."""
    lams = jnp.array(task.lams, jnp.float32)
    many = jax.vmap(train_one, in_axes=(0, None, None, None, 0))
    state = jax.tree.map(lambda value: jnp.repeat(value[None], len(task.lams), axis=0), layers(task))
    return scan(task, state, lams, many)


def scan(task: Task, state: State, lam: Any, train: Callable[..., State]) -> Callable[[], float]:
    """Seconds of the task's steps, after it has been compiled; the order of the images is drawn each time, as part of it."""
    images, labels = arrays(task.data)
    rng, kept = np.random.default_rng(0), [state]

    @partial(jax.jit, donate_argnums=0)
    def steps(state: State, lam: Any, images: Any, labels: Any, order: Any) -> State:
        def one(carry: tuple[State, Any], index: Any) -> tuple[tuple[State, Any], None]:
            state, number = carry
            eta = 1e-5 + (1 - abs((number % 4500) / 2250 - 1)) * (0.1 - 1e-5)
            return (train(state, images[index], labels[index], eta, lam), number + 1), None

        return jax.lax.scan(one, (state, 0), order)[0][0]

    def measure() -> float:
        start = perf_counter()
        epochs = -(-task.steps * task.batch // len(labels))
        order = np.concatenate([rng.permutation(len(labels)) for _ in range(epochs)]).astype(np.int32)
        order = order[: task.steps * task.batch].reshape(task.steps, task.batch)
        kept[0] = jax.block_until_ready(steps(kept[0], lam, images, labels, order))
        return perf_counter() - start

    return measure


def train_one(state: State, x: Any, labels: Any, eta: Any, lam: Any) -> State:
    """One update."""
    grads, moments = jax.grad(loss, has_aux=True)(state, x, labels)
    return [updated(*layer, eta, lam) for layer in zip(state, grads, moments, strict=True)]


def updated(layer: dict[str, Any], grad: dict[str, Any], new: tuple[Any, Any] | None, eta: Any, lam: Any) -> dict[str, Any]:
    """A layer after a step down its gradient, the penalty's being 2 * lam * W, and a moving average's update."""
    moved = {name: value - eta * grad[name] for name, value in layer.items() if name not in ("W", "moments")}
    moved["W"] = layer["W"] - eta * (grad["W"] + 2 * lam * layer["W"])
    if new is not None:
        moved["moments"] = 0.9 * layer["moments"] + 0.1 * jnp.stack(new)
    return moved


def loss(state: State, x: Any, labels: Any) -> tuple[Any, list[Any]]:
    """Mean cross-entropy, and each layer's batch moments."""
    moments: list[Any] = []
    for layer in state:
        x = x @ layer["W"] + layer["b"]
        moments.append(None)
        if "gamma" in layer:
            mean, var = x.mean(0), x.var(0)
            x = layer["gamma"] * (x - mean) / jnp.sqrt(var + EPS) + layer["beta"]
            moments[-1] = (mean, var)
        if layer is not state[-1]:
            x = jax.nn.relu(x)
    picked = jnp.take_along_axis(jax.nn.log_softmax(x), labels[:, None], axis=1)
    return -picked.mean(), moments


def layers(task: Task) -> State:
    """Initial parameters by layer."""
    rng, made = np.random.default_rng(0), []
    for d_in, d_out in pairwise(task.sizes):
        W = rng.standard_normal((d_in, d_out), np.float32) * np.sqrt(2 / d_in, dtype=np.float32)
        layer = {"W": jnp.array(W), "b": jnp.zeros(d_out)}
        if task.norm == "before" and len(made) < len(task.hidden):
            layer |= {"gamma": jnp.ones(d_out), "beta": jnp.zeros(d_out), "moments": jnp.zeros((2, d_out))}
        made.append(layer)
    return made


@lru_cache(maxsize=1)
def arrays(folder: Path) -> tuple[Any, Any]:
    """Images and labels where JAX keeps its own."""
    return jnp.array(np.load(folder / "train_images.npy", mmap_mode="r")), jnp.array(np.load(folder / "train_labels.npy"), jnp.int32)
