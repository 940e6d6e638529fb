"""The order of the training images, reshuffled every epoch."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray


def epoch_steps(n: int, batch_size: int) -> int:
    """Updates of an epoch over `n` images; the last batch may be smaller."""
    return -(-n // batch_size)


def epoch_batches(seed: int, epoch: int, n: int, batch_size: int) -> Iterator[NDArray[np.intp]]:
    """Index arrays that partition 0..n-1, in the random order of one epoch.

    The order follows from `seed` and `epoch` alone, so that a run can resume in any epoch.
    """
    order = np.random.default_rng([seed, epoch]).permutation(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


def batches_from(first: int, steps: int, seed: int, n: int, batch_size: int) -> Iterator[NDArray[np.intp]]:
    """Index arrays of the updates `first` to `steps` of a run over `n` images, epoch after epoch."""
    epoch, done = divmod(first, epoch_steps(n, batch_size))
    while first < steps:
        for index in islice(epoch_batches(seed, epoch, n, batch_size), done, done + steps - first):
            yield index
            first += 1
        epoch, done = epoch + 1, 0
