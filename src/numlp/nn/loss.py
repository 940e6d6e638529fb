"""Softmax, cross-entropy and accuracy."""

import numpy as np
from numpy.typing import NDArray

from numlp.arrays import Array


def softmax(logits: Array) -> Array:
    """Turn (N, K) logits into probabilities, in place."""
    logits -= logits.max(axis=1, keepdims=True)  # e^x stays finite
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return logits


def cross_entropy(logits: Array, labels: NDArray[np.integer]) -> float:
    """Mean cross-entropy in nats of (N, K) logits against (N,) labels, which are left as they are.

    By log-sum-exp, so that a probability that rounds to 0 still costs a finite amount.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> round(numlp.cross_entropy(np.zeros((2, 10)), np.array([3, 7])), 3)  # ln 10, by chance
        2.303
    """
    highest = logits.max(axis=1)
    log_sum = np.log(np.exp(logits - highest[:, None]).sum(axis=1)) + highest
    return float(np.mean(log_sum - logits[np.arange(len(labels)), labels], dtype=np.float64))


def cross_entropy_gradient(logits: Array, labels: NDArray[np.integer]) -> Array:
    """Gradient of `cross_entropy` in the logits, (softmax - onehot) / N, written over them."""
    n = len(logits)
    by_class = logits.T.copy()  # (K, N): reductions along the first axis take a third of the time of those along the last
    by_class -= np.maximum.reduce(by_class, axis=0)
    np.exp(by_class, out=by_class)
    by_class /= n * np.add.reduce(by_class, axis=0)
    by_class[labels, np.arange(n)] -= 1 / n
    logits[...] = by_class.T
    return logits


def soft_targets(labels: NDArray[np.integer], classes: int, smoothing: float, others: NDArray[np.integer], share: float) -> Array:
    """(N, K) probabilities to train towards: `share` of an image's own label and the rest of another's, both smoothed.

    Args:
        labels: (N,) classes.
        classes: K.
        smoothing: Share that all classes get alike. Source: Szegedy et al. 2016, arXiv:1512.00567, section 7.
        others: (N,) classes of the images that are mixed in. Source of mixup: Zhang et al. 2018, arXiv:1710.09412.
        share: Of the own label, from 0 to 1.
    """
    rows = np.arange(len(labels))
    targets = np.full((len(labels), classes), smoothing / classes)
    targets[rows, labels] += (1 - smoothing) * share
    targets[rows, others] += (1 - smoothing) * (1 - share)
    return targets


def soft_cross_entropy_gradient(logits: Array, targets: Array) -> Array:
    """Gradient in (N, K) logits of the mean cross-entropy against (N, K) probabilities, (softmax - targets) / N, written over them."""
    softmax(logits)
    logits -= targets
    logits /= len(logits)
    return logits


def accuracy(logits: Array, labels: NDArray[np.integer]) -> float:
    """Share of rows whose highest logit is the label's."""
    return float(np.mean(logits.argmax(axis=1) == labels))
