"""Estimators of the moments that batch norm uses once training is over."""

import numpy as np

from numlp.arrays import Array
from numlp.nn.mode import TRAINING
from numlp.nn.network import Network, Pass


def set_from_batch(network: Network, x: Array) -> None:
    """Store the moments of one forward pass over the (N, d) rows of `x`, layer after layer with batch moments.

    Over the first batch this starts the moving average; over many training images it gives the *precise* moments,
    over images of the test distribution the *adaptive* ones.

    Source: the batch moments of Ioffe and Szegedy 2015, algorithm 2, with one large batch; adaptive: Li et al. 2016,
    arXiv:1603.04779.
    """
    one_pass = Pass(network, len(x))
    one_pass.forward(x, TRAINING)
    network.moments.vector[:] = one_pass.moments.vector


def update_moving_average(network: Network, batch: Pass, decay: float) -> None:
    """Moments = decay * moments + (1 - decay) * batch's moments; `decay` is the weight of the old ones."""
    stored, new = network.moments.vector, batch.moments.vector
    stored *= decay
    stored += (1 - decay) * new


def flip_half(x: Array, rng: np.random.Generator) -> Array:
    """Mirror each of the (N, 3072) channel-major images left to right with probability 1/2, as a new array."""
    images = x.reshape(-1, 3, 32, 32).copy()
    flipped = rng.random(len(images)) < 0.5
    images[flipped] = images[flipped, :, :, ::-1]
    return images.reshape(x.shape)
