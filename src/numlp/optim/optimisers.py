"""Optimisers: each changes one flat vector of parameters in place, and keeps its state in `state`."""

from typing import Protocol

import numpy as np

from numlp.arrays import Array
from numlp.errors import require


class Optimiser(Protocol):
    """What training asks of an optimiser.

    Attributes:
        state: Vectors to keep in a checkpoint, by name, each of the parameters' size.
        count: Updates made so far.
    """

    state: dict[str, Array]
    count: int

    def update(self, params: Array, grads: Array, eta: float) -> None:
        """Take one step. `grads` may be written over."""


class Sgd:
    """params -= eta * grads."""

    def __init__(self) -> None:
        self.state: dict[str, Array] = {}
        self.count = 0

    def update(self, params: Array, grads: Array, eta: float) -> None:
        """Take one step; `grads` is written over."""
        grads *= eta
        params -= grads
        self.count += 1


class Momentum:
    """velocity = rho * velocity + grads; params -= eta * velocity.

    Source: Sutskever et al. 2013, PMLR 28(3), equations 1 and 2, with eta taken out of the velocity.
    """

    def __init__(self, params: Array, rho: float) -> None:
        require(0 <= rho < 1, "optim.rho", "a number >= 0 and < 1", rho=rho)
        self.rho = rho
        self.state = {"velocity": np.zeros_like(params)}
        self.count = 0

    def update(self, params: Array, grads: Array, eta: float) -> None:
        """Take one step; `grads` is written over."""
        velocity = self.state["velocity"]
        velocity *= self.rho
        velocity += grads
        np.multiply(velocity, eta, out=grads)
        params -= grads
        self.count += 1


class Adam:
    """Steps of the bias-corrected mean gradient over the root of the bias-corrected mean square.

    Source: Kingma and Ba 2015, arXiv:1412.6980, algorithm 1.
    """

    def __init__(self, params: Array, beta1: float, beta2: float, eps: float) -> None:
        require(0 <= beta1 < 1 and 0 <= beta2 < 1, "optim", "beta1 and beta2 >= 0 and < 1", beta1=beta1, beta2=beta2)
        require(eps > 0, "optim.eps", "a number > 0", eps=eps)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self.state = {"mean": np.zeros_like(params), "square": np.zeros_like(params)}
        self.count = 0
        self._scratch = np.empty_like(params)

    def update(self, params: Array, grads: Array, eta: float) -> None:
        """Take one step; `grads` is written over."""
        self.count += 1
        mean, square, scratch = self.state["mean"], self.state["square"], self._scratch
        mean *= self.beta1
        mean += np.multiply(grads, 1 - self.beta1, out=scratch)
        grads *= grads
        square *= self.beta2
        square += np.multiply(grads, 1 - self.beta2, out=scratch)
        np.divide(square, 1 - self.beta2**self.count, out=scratch)
        np.sqrt(scratch, out=scratch)
        scratch += self.eps
        np.divide(mean, scratch, out=scratch)
        scratch *= eta / (1 - self.beta1**self.count)
        params -= scratch
