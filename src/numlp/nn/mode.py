"""The purpose of a forward pass, and what the network asks of a layer."""

from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import DTypeLike

from numlp.arrays import Array


@dataclass(frozen=True)
class Mode:
    """How the layers of a forward pass behave where that depends on its purpose.

    Attributes:
        batch_moments: Batch norm uses the batch's own means and variances; otherwise the stored ones.
        noise: What the draws of random layers follow from, such as (seed, step): another step drops other values. With None they
            change no value, and a network with dropout refuses batch moments; with () they change none on purpose.
    """

    batch_moments: bool
    noise: tuple[int, ...] | None = None


TRAINING = Mode(batch_moments=True)
"""The mode of an update without random layers; with dropout it is Mode(batch_moments=True, noise=(seed, step))."""

PREDICTION = Mode(batch_moments=False)
"""The mode of a trained network: each row's output follows from that row alone."""


class Layer(Protocol):
    """The methods that the network asks of a layer. Its parameters do not change in a pass; `work` has what a pass leaves."""

    def work(self, n: int, dtype: DTypeLike) -> Any:
        """Buffers for batches of `n` rows."""

    def forward(self, x: Array, work: Any, mode: Mode) -> Array:
        """(N, d_in) -> (N, d_out)."""

    def backward(self, dy: Array, work: Any) -> Array:
        """(N, d_out) -> (N, d_in), the gradient in the input; the parameters' gradients are written to their views."""
