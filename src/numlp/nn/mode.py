"""What a forward pass is for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mode:
    """How the layers of a forward pass behave where that depends on its purpose.

    Attributes:
        batch_moments: Batch norm uses the batch's own means and variances; otherwise the stored ones.
        noise: What the draws of random layers follow from, e.g. (seed, step); None: they draw nothing, and change no value.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> network = numlp.Network((3, 5, 2), dropout=0.5)
        >>> numlp.initialize(network, numlp.he, np.random.default_rng(0))
        >>> x, batch = np.ones((4, 3), np.float32), numlp.Pass(network, n=4)
        >>> predicted = batch.forward(x, numlp.PREDICTION).copy()
        >>> training = numlp.Mode(batch_moments=True, noise=(0, 1))
        >>> first = batch.forward(x, training).copy()
        >>> np.array_equal(first, batch.forward(x, training))  # equal noise drops equal values
        True
        >>> np.array_equal(first, predicted)
        False
    """

    batch_moments: bool
    noise: tuple[int, int] | None = None


TRAINING = Mode(batch_moments=True)
"""Of an update without random layers, and of a pass whose batch moments are to be stored."""

PREDICTION = Mode(batch_moments=False)
"""Of a trained network: each row's output follows from that row alone."""
