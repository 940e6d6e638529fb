"""The same training in JAX: all updates are one compiled scan, and many networks one vmap inside it."""

from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import numlp
from benchmarks.task import ETA, Task, Train


def prepare(task: Task, part: numlp.Part, threads: int) -> Train:
    data, labels, batches = jnp.array(part.x[:]), jnp.array(part.labels, jnp.int32), jnp.array(task.batches())
    state, lams, update = start(task), jnp.array(task.lams), partial(updated, task)
    if len(task.lams) > 1:
        state = jax.tree.map(lambda value: jnp.repeat(value[None], len(task.lams), axis=0), state)
        update = jax.vmap(update, in_axes=(0, None, None, 0))

    @partial(jax.jit, donate_argnums=0)  # the first round compiles it
    def scan(state: Any, data: Any, labels: Any, batches: Any) -> Any:
        return jax.lax.scan(lambda state, index: (update(state, data[index], labels[index], lams.squeeze()), None), state, batches)[0]

    def train() -> None:
        nonlocal state
        state = jax.block_until_ready(scan(state, data, labels, batches))

    return train


def updated(task: Task, state: Any, x: Any, labels: Any, lam: Any) -> Any:
    """Parameters, moving averages of batch norm, and Adam's moments and count of updates, an update later."""
    params, averages, mean, square, count = state
    grads, moments = jax.grad(loss, has_aux=True)(params, x, labels)
    grads = jax.tree.map(lambda p, g: g + 2 * lam * p if p.ndim == 2 else g, params, grads)
    averages, count = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, averages, moments), count + 1
    if task.adam:
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, grads)
        square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, square, grads)
        grads = jax.tree.map(lambda m, s: m / (1 - 0.9**count) / (jnp.sqrt(s / (1 - 0.999**count)) + 1e-8), mean, square)
    return jax.tree.map(lambda p, g: p - ETA * g, params, grads), averages, mean, square, count


def loss(params: Any, x: Any, labels: Any) -> tuple[Any, Any]:
    """Mean cross-entropy, and the batch moments of each layer with batch norm."""
    moments = []
    for layer in params:
        x = x @ layer["W"] + layer["b"]
        if "gamma" in layer:
            mean, var = x.mean(0), x.var(0)
            moments.append((mean, var))
            x = layer["gamma"] * (x - mean) / jnp.sqrt(var + 1e-5) + layer["beta"]
        if layer is not params[-1]:
            x = jax.nn.relu(x)
    return -jnp.take_along_axis(jax.nn.log_softmax(x), labels[:, None], axis=1).mean(), moments


def start(task: Task) -> Any:
    """The state before the first update."""
    rng = np.random.default_rng(0)
    weights = [rng.standard_normal(shape, np.float32) / np.float32(shape[0] ** 0.5) for shape in pairwise(task.sizes)]
    params = [{"W": W, "b": np.zeros(W.shape[1], np.float32)} for W in weights]
    for layer in params[:-1] if task.norm else []:
        layer |= {"gamma": np.ones_like(layer["b"]), "beta": layer["b"]}
    averages = [(layer["b"], layer["b"]) for layer in params if "gamma" in layer]
    zeros = jax.tree.map(np.zeros_like, params) if task.adam else None
    return jax.tree.map(jnp.array, (params, averages, zeros, zeros, np.float32(0)))
