"""Estimators of the moments that batch norm uses once training is over."""

from numlp.arrays import Array
from numlp.nn.mode import Mode
from numlp.nn.network import Network, Pass
from numlp.nn.shares import SharedPass


def set_from_batch(network: Network, x: Array) -> None:
    """Store the moments of one forward pass over the (N, d) rows of `x`, layer after layer with batch moments.

    Over the first batch this starts the moving average; over many training images it gives the *precise* moments,
    over images of the test distribution the *adaptive* ones.

    Source: the batch moments of Ioffe and Szegedy 2015, algorithm 2, with one large batch; adaptive: Li et al. 2016,
    arXiv:1603.04779.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> network = numlp.Network((3, 5, 2), norm="before")
        >>> numlp.initialize(network, numlp.he, np.random.default_rng(0))
        >>> x = np.random.default_rng(1).standard_normal((20, 3), np.float32)
        >>> numlp.set_from_batch(network, x)
        >>> np.allclose(network.moments["bn1.mean"], (x @ network.params["linear1.W"]).mean(axis=0), atol=1e-5)
        True
    """
    one_pass = Pass(network)
    one_pass.forward(x, Mode(batch_moments=True, noise=()))
    network.moments.vector[:] = one_pass.moments.vector


def update_moving_average(network: Network, batch: Pass | SharedPass, decay: float) -> None:
    """Moments = decay * moments + (1 - decay) * batch's moments; `decay` is the weight of the old ones."""
    stored, new = network.moments.vector, batch.moments.vector
    stored *= decay
    stored += (1 - decay) * new
