"""Batch normalization of each column over the batch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from numlp.arrays import Array
from numlp.nn.mode import Mode


@dataclass
class BatchNormWork:
    """Buffers of one batch. `mean` and `var` hold the batch's moments after a forward pass that uses them."""

    centered: Array  # (N, d), x - mean
    y: Array  # (N, d)
    scratch: Array  # (N, d)
    average: Array  # (N,) of 1/N: a mean over the batch is a product with it, which takes a third of np.mean's time
    inv_std: Array  # (d,)
    scale: Array  # (d,), gamma * inv_std
    mean: Array  # (d,)
    var: Array  # (d,)


class BatchNorm:
    """x_hat = (x - mean) / sqrt(var + eps); y = gamma * x_hat + beta.

    The moments are the batch's own (the variance divides by N) or the stored ones, as the pass's mode says; `set_from_batch` and
    `update_moving_average` of `numlp.nn.network` fill the stored ones.

    Args:
        gamma: (d,) scale.
        beta: (d,) shift.
        dgamma: Where the backward pass writes the gradient of `gamma`.
        dbeta: Where it writes the gradient of `beta`.
        mean: (d,) stored means.
        var: (d,) stored variances.
        eps: Added to the variance.

    Source: Ioffe and Szegedy 2015, arXiv:1502.03167, algorithms 1 and 2.
    """

    def __init__(self, gamma: Array, beta: Array, dgamma: Array, dbeta: Array, mean: Array, var: Array, eps: float) -> None:
        self.gamma, self.beta, self.dgamma, self.dbeta = gamma, beta, dgamma, dbeta
        self.mean, self.var, self.eps = mean, var, eps

    def work(self, n: int, dtype: DTypeLike) -> BatchNormWork:
        """Buffers for batches of `n` rows; the moments' views are set by the network."""
        d = self.gamma.size
        centered, y, scratch = np.empty((3, n, d), dtype)
        inv_std, scale, mean, var = np.empty((4, d), dtype)
        return BatchNormWork(centered, y, scratch, np.full(n, 1 / n, dtype), inv_std, scale, mean, var)

    def forward(self, x: Array, work: BatchNormWork, mode: Mode) -> Array:
        """(N, d) -> (N, d)."""
        mean, var = (work.mean, work.var) if mode.batch_moments else (self.mean, self.var)
        if mode.batch_moments:
            np.dot(work.average, x, out=mean)
        np.subtract(x, mean, out=work.centered)
        if mode.batch_moments:
            np.multiply(work.centered, work.centered, out=work.scratch)
            np.dot(work.average, work.scratch, out=var)
        np.add(var, self.eps, out=work.inv_std)
        np.sqrt(work.inv_std, out=work.inv_std)
        np.reciprocal(work.inv_std, out=work.inv_std)
        np.multiply(self.gamma, work.inv_std, out=work.scale)
        np.multiply(work.centered, work.scale, out=work.y)  # gamma * x_hat in one pass over the batch instead of two
        work.y += self.beta
        return work.y

    def backward(self, dy: Array, work: BatchNormWork) -> Array:
        """(N, d) -> (N, d), in place; fills `dgamma` and `dbeta`.

        dx = gamma * inv_std * (dy - mean(dy) - x_hat * mean(dy * x_hat)), the means over the batch: the batch's
        moments depend on x too. With x_hat = centered * inv_std, the last term is centered * inv_std^2 * mean(dy * centered).
        """
        n = len(dy)
        mean_dy = np.dot(work.average, dy)
        np.multiply(dy, work.centered, out=work.scratch)
        mean_dy_x_hat = np.dot(work.average, work.scratch)
        mean_dy_x_hat *= work.inv_std
        np.multiply(mean_dy, n, out=self.dbeta)
        np.multiply(mean_dy_x_hat, n, out=self.dgamma)
        mean_dy_x_hat *= work.inv_std
        np.multiply(work.centered, mean_dy_x_hat, out=work.scratch)
        work.scratch += mean_dy
        dy -= work.scratch
        dy *= work.scale
        return dy
