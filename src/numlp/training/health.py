"""The health of a network that trains, layer by layer: measured beside it, on a copy, so that no bit of the run depends on it."""

from copy import deepcopy
from typing import Any

import numpy as np

from numlp.arrays import Array
from numlp.data.normalise import Part
from numlp.nn.activations import Relu
from numlp.nn.linear import Linear
from numlp.nn.loss import cross_entropy_gradient
from numlp.nn.mode import TRAINING, Layer
from numlp.nn.network import Network, Pass
from numlp.optim.optimizers import Optimizer
from numlp.training.history import LayerHealth, Record

IMAGES = 1_000  # the first of the training split; so many that a ReLU which is 0 for all of them hardly ever is not for another


class Probe:
    """A batch that is passed through a copy of the network, forward and backward, and that the copy is updated by.

    Args:
        network: The one that trains; its parameters are read, nothing of it is written.
        data: The training split.
        lam: Weight of the penalty.
    """

    def __init__(self, network: Network, data: Part, lam: float) -> None:
        self._network, self._lam = network, lam
        self._copy = Network(network.sizes, network.norm, network.eps, network.dtype, activation=network.activation)
        self._x, self._labels = data.x[:IMAGES], data.labels[:IMAGES]
        self._pass = Pass(self._copy)

    def measure(self, optimizer: Optimizer, record: Record) -> list[LayerHealth]:
        """Each layer's health at `record`; `optimizer`, which holds the state for the next update, is copied as well."""
        copy, depth = self._copy, range(1, self._copy.depth + 1)
        copy.params.vector[...] = self._network.params.vector
        logits = self._pass.forward(self._x, TRAINING)
        blocks: list[list[tuple[Layer, Any]]] = []  # of each linear layer, with what follows it up to the next
        for layer, work in self._pass.steps.values():
            if isinstance(layer, Linear):
                blocks.append([])
            blocks[-1].append((layer, work))
        activations = [_activations(block) for block in blocks]
        self._pass.backward(cross_entropy_gradient(logits, self._labels))
        gradients = [_norm(copy.grads[f"linear{i}.W"]) for i in depth]
        trial = deepcopy(optimizer)
        trial.params, trial.grads = copy.params.vector, copy.grads.vector
        trial.update(record.eta, 2 * self._lam)
        rows = []
        for i, (mean, std, dead), gradient in zip(depth, activations, gradients, strict=True):
            W = self._network.params[f"linear{i}.W"]
            ratio = np.divide(_norm(copy.params[f"linear{i}.W"] - W), _norm(W))
            shape = (*self._spread(f"bn{i}.gamma"), *self._spread(f"bn{i}.beta"))
            rows.append(LayerHealth(record.step, record.epoch, i, mean, std, dead, gradient, float(ratio), *shape))
        return rows

    def _spread(self, name: str) -> tuple[float, float]:
        values = self._network.params.views.get(name)
        return (float("nan"), float("nan")) if values is None else (float(values.mean()), float(values.std()))


def _activations(block: list[tuple[Layer, Any]]) -> tuple[float, float, float]:
    """Mean, deviation and share of dead ReLUs of a layer, after a forward pass."""
    y = block[-1][1].y
    dead = (float(np.mean(~work.y.any(axis=0))) for layer, work in block if isinstance(layer, Relu))
    return float(y.mean(dtype=np.float64)), float(np.sqrt(y.var(axis=0, dtype=np.float64).mean())), next(dead, float("nan"))


def _norm(values: Array) -> float:
    return float(np.linalg.norm(values.astype(np.float64)))  # squares of what nine small layers leave are 0 in float32
