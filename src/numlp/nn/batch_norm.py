"""Batch normalisation of each column over the batch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from numlp.arrays import Array


@dataclass
class BatchNormWork:
    """Buffers of one batch. `mean` and `var` hold the batch's moments after a forward pass in training."""

    x_hat: Array  # (N, d)
    y: Array  # (N, d)
    ones: Array  # (N,), so that a sum over the batch is a product
    inv_std: Array  # (d,)
    mean: Array  # (d,)
    var: Array  # (d,)


class BatchNorm:
    """x_hat = (x - mean) / sqrt(var + eps); y = gamma * x_hat + beta.

    In training the moments are the batch's own (the variance divides by N); otherwise they are the stored ones,
    which an estimator of `numlp.nn.moments` fills.

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
        x_hat, y, inv_std = np.empty((n, d), dtype), np.empty((n, d), dtype), np.empty(d, dtype)
        return BatchNormWork(x_hat, y, np.ones(n, dtype), inv_std, np.empty(d, dtype), np.empty(d, dtype))

    def forward(self, x: Array, work: BatchNormWork, train: bool) -> Array:
        """(N, d) -> (N, d)."""
        if train:
            np.matmul(work.ones, x, out=work.mean)
            work.mean /= len(x)
            np.subtract(x, work.mean, out=work.x_hat)
            np.einsum("nd,nd->d", work.x_hat, work.x_hat, out=work.var)
            work.var /= len(x)
            np.sqrt(work.var + self.eps, out=work.inv_std)
        else:
            np.subtract(x, self.mean, out=work.x_hat)
            np.sqrt(self.var + self.eps, out=work.inv_std)
        np.reciprocal(work.inv_std, out=work.inv_std)
        work.x_hat *= work.inv_std
        np.multiply(work.x_hat, self.gamma, out=work.y)
        work.y += self.beta
        return work.y

    def backward(self, dy: Array, work: BatchNormWork) -> Array:
        """(N, d) -> (N, d), in place; fills `dgamma` and `dbeta`.

        dx = gamma * inv_std * (dy - mean(dy) - x_hat * mean(dy * x_hat)), the means over the batch: the batch's
        moments depend on x too.
        """
        n = len(dy)
        np.matmul(work.ones, dy, out=self.dbeta)
        np.einsum("nd,nd->d", dy, work.x_hat, out=self.dgamma)
        dy -= self.dbeta / n
        work.x_hat *= self.dgamma / n
        dy -= work.x_hat
        dy *= self.gamma * work.inv_std
        return dy
