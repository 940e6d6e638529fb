"""Inverted dropout."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from numlp.arrays import Array
from numlp.errors import FRACTION, UserError
from numlp.nn.mode import Mode

LEVELS = 1 << 16  # of a draw: 16 random bits decide on a value


@dataclass
class DropoutWork:
    """Buffers of one batch. `drawn` is false after a pass in which nothing was dropped."""

    y: Array  # (N, d)
    kept: NDArray[np.bool_]  # (N, d)
    drawn: bool = False


class Dropout:
    """y = x * kept / (1 - rate): each value is dropped with probability `rate` while the network trains, and none afterwards.

    What is dropped follows from the pass's noise and the layer's place alone: the same pass done again drops the same values.

    Args:
        d: Values of a row.
        rate: Probability of dropping a value, to the next 1/65536.
        place: A number that no other random layer of the network has: two with the same number draw the same bits.
        columns: The columns of a row that the layer gets; it draws for all `d`, so that a part of it drops the same values.

    Source: Srivastava et al. 2014, JMLR 15, section 4; divided while training, so that a prediction needs no factor (section 10).
    """

    def __init__(self, d: int, rate: float, place: int, columns: slice = slice(None)) -> None:
        FRACTION.require("dropout", rate=rate)
        self.d, self.place, self.columns, self.threshold = d, place, columns, min(round(rate * LEVELS), LEVELS - 1)

    def work(self, n: int, dtype: DTypeLike) -> DropoutWork:
        """Buffers for batches of `n` rows."""
        width = len(range(self.d)[self.columns])
        return DropoutWork(np.empty((n, width), dtype), np.empty((n, width), np.bool_))

    def forward(self, x: Array, work: DropoutWork, mode: Mode) -> Array:
        """(N, d) -> (N, d); without noise, in a prediction, the values themselves."""
        if mode.batch_moments and mode.noise is None:
            raise UserError("dropout: expected noise, another for each step: numlp.Mode(batch_moments=True, noise=(seed, step))")
        work.drawn = bool(mode.noise)
        if not mode.noise:
            return x
        size = len(x) * self.d
        bits = np.random.PCG64([*mode.noise, self.place]).random_raw(-(-size // 4)).view(np.uint16)  # four draws of each 64 bits
        np.greater_equal(bits[:size].reshape(len(x), self.d)[:, self.columns], self.threshold, out=work.kept)
        return self._masked(x, work, work.y)

    def backward(self, dy: Array, work: DropoutWork) -> Array:
        """(N, d) -> (N, d), in place."""
        return self._masked(dy, work, dy) if work.drawn else dy

    def _masked(self, values: Array, work: DropoutWork, out: Array) -> Array:
        np.multiply(values, work.kept, out=out)
        out *= LEVELS / (LEVELS - self.threshold)
        return out
