"""The same training in JAX: all updates are one compiled scan, by plain gradient descent."""

import os
import sys
from functools import partial
from itertools import pairwise
from typing import Any

if os.environ["OMP_NUM_THREADS"] == "1" and sys.platform == "linux":  # XLA makes a thread for each processor it may run on
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.task import BATCH, HALF_CYCLE, LAM, Images, Labels, Task, Train

EPS = float(np.finfo(float).eps)

State = list[dict[str, Any]]


def prepare(task: Task, images: Images, labels: Labels) -> Train:
    """A network of the task's shape, ready to train; it compiles when it first trains."""
    data, classes = jnp.array(images), jnp.array(labels, jnp.int32)
    rng, kept = np.random.default_rng(0), [layers(task)]

    @partial(jax.jit, donate_argnums=0)
    def steps(state: State, data: Any, classes: Any, order: Any) -> State:
        def one(carry: tuple[State, Any], index: Any) -> tuple[tuple[State, Any], None]:
            state, number = carry
            eta = 1e-5 + (1 - abs((number % (2 * HALF_CYCLE)) / HALF_CYCLE - 1)) * (task.eta_max - 1e-5)
            grads, moments = jax.grad(loss, has_aux=True)(state, data[index], classes[index])
            return ([updated(*layer, eta) for layer in zip(state, grads, moments, strict=True)], number + 1), None

        return jax.lax.scan(one, (state, 0), order)[0][0]

    def train() -> None:
        epochs = -(-task.steps * BATCH // len(labels))
        order = np.concatenate([rng.permutation(len(labels)) for _ in range(epochs)]).astype(np.int32)
        kept[0] = jax.block_until_ready(steps(kept[0], data, classes, order[: task.steps * BATCH].reshape(task.steps, BATCH)))

    return train


def updated(layer: dict[str, Any], grad: dict[str, Any], new: tuple[Any, Any] | None, eta: Any) -> dict[str, Any]:
    """A layer after a step down its gradient, the penalty's being 2 * lam * W, and a moving average's update."""
    moved = {name: value - eta * grad[name] for name, value in layer.items() if name not in ("W", "moments")}
    moved["W"] = layer["W"] - eta * (grad["W"] + 2 * LAM * layer["W"])
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
    rng, state = np.random.default_rng(0), []
    for d_in, d_out in pairwise(task.sizes):
        W = rng.standard_normal((d_in, d_out), np.float32) * np.sqrt(2 / d_in, dtype=np.float32)
        layer = {"W": jnp.array(W), "b": jnp.zeros(d_out)}
        if task.norm and len(state) < len(task.hidden):
            layer |= {"gamma": jnp.ones(d_out), "beta": jnp.zeros(d_out), "moments": jnp.zeros((2, d_out))}
        state.append(layer)
    return state
