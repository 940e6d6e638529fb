"""What a forward pass is for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mode:
    """How the layers of a forward pass behave where that depends on its purpose.

    Attributes:
        batch_moments: Batch norm uses the batch's own means and variances; otherwise the stored ones.
        noise: What the draws of random layers follow from, e.g. (seed, step); None: they draw nothing, and change no value.
    """

    batch_moments: bool
    noise: tuple[int, int] | None = None


TRAINING = Mode(batch_moments=True)
"""Of an update without random layers, and of a pass whose batch moments are to be stored."""

PREDICTION = Mode(batch_moments=False)
"""Of a trained network: each row's output follows from that row alone."""
