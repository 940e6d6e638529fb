"""The passes of a wide network in several threads of Python, each of which makes its own columns of every layer's output.

Batch norm, activations and dropout treat each column by itself. So a thread takes its columns from an affine layer to the next one, and
back, alone; the threads meet once per affine layer, whose products need all columns. BLAS has one thread meanwhile.
"""

from itertools import pairwise
from operator import methodcaller
from typing import Any, Self

import numpy as np

from numlp.arrays import Array
from numlp.nn.batch_norm import BatchNorm
from numlp.nn.linear import Linear
from numlp.nn.mode import Layer, Mode
from numlp.nn.network import Flat, Network, Pass, moment_shapes, require_alike
from numlp.threads import side_by_side

WIDE = 600  # units of the widest hidden layer; with fewer, the threads of BLAS are faster
NARROW = 128  # columns of a thread; a layer with fewer is the first thread's alone


def make_pass(network: Network, threads: int) -> "Pass | SharedPass":
    """The pass that trains the network fastest with so many threads."""
    return SharedPass(network, threads) if threads > 1 and max(network.sizes[1:]) >= WIDE else Pass(network)


class SharedPass:
    """The forward and backward pass in `threads` threads: the same as `Pass`, but for rounding and its checks of the inputs.

    Args:
        network: Its parameters are read, its gradients written.

    Attributes:
        moments: The batch's means and variances after a forward pass that uses them; like `network.moments`.
    """

    def __init__(self, network: Network, threads: int) -> None:
        self.network, self.threads = network, threads
        self.moments = Flat(moment_shapes(network.sizes, network.norm), network.dtype)
        self._by_size: dict[int, list[list[Share]]] = {}  # the shares of each affine layer, from input to output
        self._dropout, self._works = network.layers.get("dropout0"), dict[int, Any]()  # dropout of the inputs, and its buffers by size

    def forward(self, x: Array, mode: Mode) -> Array:
        """(N, d) inputs -> (N, K) logits, in a buffer that the next pass over N rows writes over."""
        if len(x) not in self._by_size:
            self._by_size[len(x)] = self._divide_layers(len(x))
            self._works[len(x)] = self._dropout and self._dropout.work(len(x), x.dtype)
        if self._dropout:
            x = self._dropout.forward(x, self._works[len(x)], mode)
        for shares in self._by_size[len(x)]:
            for share in shares:
                share.x = x
            side_by_side(methodcaller("forward", mode), [share for share in shares if share.affine.size > 0])
            x = shares[0].y
        return x

    def backward(self, dy: Array) -> None:
        """Fill the network's gradients from those in the logits, after a forward pass with the batch's moments."""
        for shares in reversed(self._by_size[len(dy)]):
            side_by_side(methodcaller("backward", dy), shares)
            dy = shares[0].dx

    def _divide_layers(self, n: int) -> list[list["Share"]]:
        blocks: list[list[Share]] = []
        for index, (d_in, d_out) in enumerate(pairwise(self.network.sizes), start=1):
            dx, y = (np.empty((n, d), self.network.dtype) for d in (d_in, d_out))
            below = blocks[-1] if blocks else [None] * self.threads
            columns = zip(divide(d_in, self.threads), divide(d_out, self.threads), below, strict=True)
            blocks.append([Share(self.network, index, self.moments, dx, y, *each) for each in columns])
        return blocks


class Share:
    """The work of a thread on an affine layer and on the layers behind it, for batches of N rows.

    Args:
        index: The number of the affine layer, from 1.
        moments: The batch's moments, of which the thread writes its columns.
        dx: (N, d_in) gradient in the input, of which the thread writes the columns `rows`.
        y: (N, d_out) output of the last of the layers, of which the thread writes `columns`.
        rows: The rows of the weights whose gradient the thread makes.
        columns: The columns of the output that the thread makes.
        below: The thread's share of the affine layer before; its columns are `rows`.
    """

    def __init__(
        self, network: Network, index: int, moments: Flat, dx: Array, y: Array, rows: slice, columns: slice, below: Self | None
    ) -> None:
        self.dx, self.y, self.rows, self.columns, self.below = dx, y, rows, columns, below
        (_, linear), *behind = network.block(index, columns).items()
        assert isinstance(linear, Linear)
        self.linear, self.x = linear, dx  # the input of the last forward pass
        self.ones, self.affine = np.ones(len(y), y.dtype), np.empty_like(y[:, columns], order="C")
        self.steps: list[tuple[str, Layer, Any]] = [(name, layer, layer.work(len(y), y.dtype)) for name, layer in behind]
        for name, layer, work in self.steps:
            if isinstance(layer, BatchNorm):
                work.mean, work.var = (moments[f"{name}.{moment}"][columns] for moment in ("mean", "var"))

    def forward(self, mode: Mode) -> None:
        """Make the columns of the output."""
        y = np.matmul(self.x, self.linear.W[:, self.columns], out=self.affine)
        y += self.linear.b[self.columns]
        for name, layer, work in self.steps:
            y, given = layer.forward(y, work, mode), y
            require_alike(name, layer, "forward", given, y)
        self.y[:, self.columns] = y

    def backward(self, dy: Array) -> None:
        """Make gradients from the whole gradient in the affine layer's output, down to that in the output of the affine layer before."""
        if self.affine.size > 0:
            np.matmul(self.ones, dy[:, self.columns], out=self.linear.db[self.columns])
        if len(W := self.linear.W[self.rows]) > 0:
            np.matmul(self.x[:, self.rows].T, dy, out=self.linear.dW[self.rows])
            if self.below:
                dx = columns = np.matmul(dy, W.T, out=self.dx[:, self.rows])
                for name, layer, work in reversed(self.below.steps):
                    dx, given = layer.backward(dx, work), dx
                    require_alike(name, layer, "backward", given, dx)
                if dx is not columns:  # a layer of a user's may not work in place
                    columns[...] = dx


def divide(width: int, threads: int) -> list[slice]:
    """The columns of each thread: the same number, or all of a narrow layer for the first."""
    edges = [round(width * i / threads) if width >= threads * NARROW else width * (i > 0) for i in range(threads + 1)]
    return [slice(*edge) for edge in pairwise(edges)]
