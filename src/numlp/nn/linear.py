"""The affine layer y = xW + b."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from numlp.arrays import Array
from numlp.nn.mode import Mode


@dataclass
class LinearWork:
    """Buffers of one batch: `x` is what the forward pass saw, kept for the backward pass."""

    y: Array  # (N, d_out)
    dx: Array  # (N, d_in)
    ones: Array  # (N,): a sum over the batch is a product with it, which takes a third of np.sum's time
    x: Array  # (N, d_in)


class Linear:
    """Affine map of a batch.

    Args:
        W: (d_in, d_out) weights.
        b: (d_out,) biases.
        dW: Where the backward pass writes the gradient of `W`.
        db: Where it writes the gradient of `b`.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> W, b = np.eye(2), np.array([1.0, 2.0])
        >>> layer = numlp.Linear(W, b, dW=np.empty_like(W), db=np.empty_like(b))
        >>> work = layer.work(n=1, dtype=np.float64)
        >>> layer.forward(np.array([[3.0, 4.0]]), work, numlp.TRAINING).tolist()
        [[4.0, 6.0]]
        >>> layer.backward(np.array([[1.0, 0.0]]), work).tolist()
        [[1.0, 0.0]]
        >>> layer.dW.tolist()
        [[3.0, 0.0], [4.0, 0.0]]
    """

    def __init__(self, W: Array, b: Array, dW: Array, db: Array) -> None:
        self.W, self.b, self.dW, self.db = W, b, dW, db

    def work(self, n: int, dtype: DTypeLike) -> LinearWork:
        """Buffers for batches of `n` rows."""
        d_in, d_out = self.W.shape
        dx = np.empty((n, d_in), dtype)
        return LinearWork(np.empty((n, d_out), dtype), dx, np.ones(n, dtype), dx)

    def forward(self, x: Array, work: LinearWork, mode: Mode) -> Array:
        """(N, d_in) -> (N, d_out)."""
        work.x = x
        np.dot(x, self.W, out=work.y)
        work.y += self.b
        return work.y

    def backward(self, dy: Array, work: LinearWork) -> Array:
        """(N, d_out) -> (N, d_in); fills `dW` and `db`."""
        self.backward_parameters(dy, work)
        return np.dot(dy, self.W.T, out=work.dx)

    def backward_parameters(self, dy: Array, work: LinearWork) -> None:
        """Fill `dW` and `db` alone: all that the first layer needs, whose input has no gradient."""
        np.dot(work.x.T, dy, out=self.dW)
        np.dot(work.ones, dy, out=self.db)
