"""Standard deviations of the initial weights."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from numlp.errors import POSITIVE, UserError
from numlp.nn.network import Network

__all__ = ["gaussian", "he", "initialize", "xavier"]  # the public names: numlp.gaussian, ...

Initializer: TypeAlias = Callable[[int], float]
"""From a layer's fan-in to the standard deviation of its weights."""


def he(fan_in: int) -> float:
    """sqrt(2 / fan_in). Source: He et al. 2015, arXiv:1502.01852, equation 10."""
    return math.sqrt(2 / fan_in)


def xavier(fan_in: int) -> float:
    """sqrt(1 / fan_in). Source: Glorot and Bengio 2010, AISTATS, section 4.2, in the form that counts the fan-in alone."""
    return math.sqrt(1 / fan_in)


@dataclass(frozen=True)
class gaussian:  # noqa: N801 (it is used as he and xavier are)
    """The standard deviation `sigma` for every layer: gaussian(0.01) is a function of the fan-in, as `he` is."""

    sigma: float = 0.01

    def __post_init__(self) -> None:
        POSITIVE.require("init.sigma", sigma=self.sigma)

    def __call__(self, fan_in: int) -> float:
        """The standard deviation, whatever the fan-in."""
        return self.sigma


def initialize(network: Network, std: Initializer, rng: np.random.Generator | int) -> None:
    """Draw every W from N(0, std(fan_in)^2), by a generator or a seed; b, gamma, beta and the moments stay 0, 1, 0, 0 and 1.

    The draws are of float64 whatever the network's type, so that both types start from the same weights.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> network = numlp.Network((3072, 50, 10))
        >>> numlp.initialize(network, numlp.he, np.random.default_rng(0))
        >>> round(float(network.params["linear2.W"].std()), 1)  # sqrt(2 / 50)
        0.2
    """
    if isinstance(std, type) or not callable(std):
        raise UserError(f"initialize: expected numlp.he, numlp.xavier or a call such as numlp.gaussian(0.01), got {std}")
    rng = np.random.default_rng(rng)
    for name, view in network.params.items():
        if name.endswith(".W"):
            view[...] = rng.normal(0.0, std(view.shape[0]), view.shape)
