"""Optimizers: each changes a network's parameters in place, as one vector, and keeps its state in vectors of the same size."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

import numpy as np

from numlp.arrays import Array
from numlp.errors import FRACTION, NOT_NEGATIVE, POSITIVE
from numlp.nn.network import Network
from numlp.threads import side_by_side

__all__ = ["Adam", "AdamW", "Momentum", "Optimizer", "Sgd", "clip_by_norm"]  # the public names: numlp.Adam, ...

BLOCK = 1 << 17  # entries: 512 kB of float32, so that a block stays in the cache for all operations on it
EVERY = 8  # updates from one step of the average to the next: a pass over a vector as long as the weights
LEAST = 2  # blocks of a thread: fewer are done before another thread has begun


class Optimizer(ABC):
    """The base of all optimizers: the count of updates, the state, and the way through the parameters, block after block.

    Args:
        network: Its parameters are updated by its gradients, both as one vector; its weights, from the first entry on, decay.
        weight_decay: Factor of a decay beside the gradient's step: each update takes eta * weight_decay * weights from the weights.

    Attributes:
        vectors: Names of the vectors of the parameters' size that a step needs, which start at 0.
        state: Vectors to keep in a checkpoint, by name.
        count: Updates made so far.
    """

    vectors: ClassVar[Sequence[str]] = ()

    def __init__(self, network: Network, *, weight_decay: float = 0.0) -> None:
        NOT_NEGATIVE.require("optim.weight_decay", weight_decay=weight_decay)
        self.params, self.grads, weights = network.params.vector, network.grads.vector, network.weights.size
        self.state: dict[str, Array] = {name: np.zeros_like(self.params) for name in self.vectors}
        self.count, self.weight_decay, self.average = 0, weight_decay, 0.0
        self._scratch: list[Array] = []  # of each thread, made when it is first needed
        edges = [*range(0, weights, BLOCK), *range(weights, self.params.size, BLOCK), self.params.size]
        self._blocks = [(slice(a, b), b <= weights) for a, b in pairwise(edges)]

    def update(self, eta: float, decay: float = 0.0, threads: int = 1) -> None:
        """Take one step with the network's gradients, plus `decay` times its weights; the gradients may be written over.

        A decay of 2 * lam is the gradient of lam * sum of squares. Up to `threads` threads share the blocks of a long vector, which
        changes no bit.
        """
        self.count += 1
        follows = self.average > 0 and self.count % EVERY == 0
        shares = max(1, min(threads, len(self._blocks) // LEAST))
        while len(self._scratch) < shares:
            self._scratch.append(np.empty_like(self.params[:BLOCK]))

        def update_share(share: int) -> None:
            for block, decays in self._blocks[share::shares]:
                p, g = self.params[block], self.grads[block]
                if decays and self.weight_decay > 0:
                    p *= 1 - eta * self.weight_decay
                state, scratch = (self.state[name][block] for name in self.vectors), self._scratch[share][: p.size]
                self._step(p, g, scratch, eta, decay if decays else 0.0, *state)
                if follows:  # by as much as EVERY updates come to
                    average, weight = self.state["average"][block], self.average**EVERY
                    average *= weight
                    average += np.multiply(p, 1 - weight, out=scratch)

        side_by_side(update_share, range(shares))

    def keep_average(self, weight: float) -> None:
        """Keep an exponential moving average of the parameters from now on, with `weight` of the old ones by update.

        Source: Polyak and Juditsky 1992, SIAM J. Control Optim. 30(4); the exponential form: Tarvainen and Valpola 2017, arXiv:1703.01780.
        """
        FRACTION.require("average", average=weight)
        self.average, self.state["average"] = weight, np.zeros_like(self.params)

    def averaged(self) -> Array:
        """The average of the parameters so far, as a new vector, after EVERY or more updates.

        It starts at 0 and is divided by the sum of its weights, as Adam's means are: it is that of the updates there were.
        """
        return self.state["average"] / (1 - self.average ** (self.count // EVERY * EVERY))

    @abstractmethod
    def _step(self, p: Array, g: Array, scratch: Array, eta: float, decay: float, *state: Array) -> None:
        """Update the block `p` of the parameters by the block `g` of the gradients; `scratch` is a buffer of this size."""


def clip_by_norm(grads: Array, highest: float) -> None:
    """Shorten a vector of gradients to the norm `highest`, in place, if it is longer.

    Source: Pascanu et al. 2013, arXiv:1211.5063, section 3.2.
    """
    norm = math.sqrt(float(np.dot(grads, grads)))
    if norm > highest:
        grads *= highest / norm


class Sgd(Optimizer):
    """params -= eta * grads.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> network = numlp.Network((1, 2), dtype=np.float64)
        >>> network.grads["linear1.W"][...] = [[1, -1]]
        >>> numlp.Sgd(network).update(eta=0.1)
        >>> network.params["linear1.W"].round(3).tolist()
        [[-0.1, 0.1]]
    """

    def _step(self, p: Array, g: Array, scratch: Array, eta: float, decay: float, *state: Array) -> None:
        if decay > 0:
            p *= 1 - eta * decay  # the same as adding decay * p to g, in one operation instead of two
        g *= eta
        p -= g


class Momentum(Optimizer):
    """velocity = rho * velocity + grads; params -= eta * velocity, or with `nesterov` eta * (grads + rho * velocity).

    Source: Sutskever et al. 2013, PMLR 28(3), equations 1 and 2, with eta taken out of the velocity;
    Nesterov's as in equation 7 of Bengio et al. 2013, arXiv:1212.0901.
    """

    vectors = ("velocity",)

    def __init__(self, network: Network, *, rho: float = 0.9, nesterov: bool = False, weight_decay: float = 0.0) -> None:
        FRACTION.require("optim.rho", rho=rho)
        super().__init__(network, weight_decay=weight_decay)
        self.rho, self.nesterov = rho, nesterov

    def _step(self, p: Array, g: Array, scratch: Array, eta: float, decay: float, *state: Array) -> None:
        (velocity,) = state
        if decay > 0:
            g += np.multiply(p, decay, out=scratch)
        velocity *= self.rho
        velocity += g
        if self.nesterov:
            g += np.multiply(velocity, self.rho, out=scratch)
        p -= np.multiply(g if self.nesterov else velocity, eta, out=scratch)


class Adam(Optimizer):
    """Steps of the bias-corrected mean gradient over the root of the bias-corrected mean square.

    The state is the means as sums, m / (1 - beta1) and v / (1 - beta2), for fewer operations on vectors; in update k

        root = sqrt((1 - beta2) / (1 - beta2^k))
        params -= eta * (1 - beta1) / (1 - beta1^k) * gradient_sum / (root * sqrt(square_sum) + eps)

    The decay is part of the gradient, as the penalty's is; `weight_decay` is not, and makes it AdamW.

    Source: Kingma and Ba 2015, arXiv:1412.6980, algorithm 1, reordered as in the end of its section 2;
    Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2.
    """

    vectors = ("gradient_sum", "square_sum")

    def __init__(self, network: Network, *, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, weight_decay: float = 0.0) -> None:
        FRACTION.require("optim", beta1=beta1, beta2=beta2)
        POSITIVE.require("optim.eps", eps=eps)
        super().__init__(network, weight_decay=weight_decay)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps

    def _step(self, p: Array, g: Array, scratch: Array, eta: float, decay: float, *state: Array) -> None:
        gradient_sum, square_sum = state
        if decay > 0:
            g += np.multiply(p, decay, out=scratch)
        gradient_sum *= self.beta1
        gradient_sum += g
        g *= g
        square_sum *= self.beta2
        square_sum += g
        root = math.sqrt((1 - self.beta2) / (1 - self.beta2**self.count))
        np.sqrt(square_sum, out=scratch)
        scratch += self.eps / root  # the formula's divisor, divided by root, as the factor below is
        np.divide(gradient_sum, scratch, out=scratch)
        scratch *= eta / root * (1 - self.beta1) / (1 - self.beta1**self.count)
        p -= scratch


class AdamW(Adam):
    """Adam with decoupled weight decay: each update also subtracts eta * `weight_decay` * weights. Usually with lam=0."""
