"""Softmax, cross-entropy and accuracy."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numlp.arrays import Array
from numlp.errors import UserError


def softmax(logits: ArrayLike, out: Array | None = None) -> Array:
    """(N, K) or (K,) logits -> their probabilities, in `out`, which may be the logits, or a new array."""
    logits = np.asarray(logits)
    p: Array = np.exp(np.subtract(logits, logits.max(axis=-1, keepdims=True), out=out), out=out)  # e^x stays finite
    p /= p.sum(axis=-1, keepdims=True)
    return p


def cross_entropy(logits: Array, labels: ArrayLike) -> float:
    """Mean cross-entropy in nats of (N, K) logits against (N,) labels.

    By log-sum-exp, so that a probability that rounds to 0 still costs a finite amount.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> round(numlp.cross_entropy(np.zeros((2, 10)), np.array([3, 7])), 3)  # ln 10, by chance
        2.303
    """
    labels = _check_labels(logits, labels)
    highest = logits.max(axis=1)
    log_sum = np.log(np.exp(logits - highest[:, None]).sum(axis=1)) + highest
    return float(np.mean(log_sum - logits[np.arange(len(labels)), labels], dtype=np.float64))


def cross_entropy_gradient(logits: Array, labels: ArrayLike, out: Array | None = None) -> Array:
    """Gradient of `cross_entropy` in the logits, (softmax - onehot) / N, in `out`, which may be the logits, or a new array."""
    labels = _check_labels(logits, labels)
    n = len(logits)
    by_class = logits.T.copy()  # (K, N): reductions along the first axis take a third of the time of those along the last
    by_class -= np.maximum.reduce(by_class, axis=0)
    np.exp(by_class, out=by_class)
    by_class /= n * np.add.reduce(by_class, axis=0)
    by_class[labels, np.arange(n)] -= 1 / n
    out = np.empty_like(logits) if out is None else out
    out[...] = by_class.T
    return out


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


def soft_cross_entropy_gradient(logits: Array, targets: Array, out: Array | None = None) -> Array:
    """Gradient of the mean cross-entropy against (N, K) probabilities in the logits, (softmax - targets) / N, as for labels."""
    gradient = softmax(logits, out)
    gradient -= targets
    gradient /= len(gradient)
    return gradient


def accuracy(logits: Array, labels: ArrayLike) -> float:
    """Share of rows whose highest logit is the label's."""
    labels = _check_labels(logits, labels)
    return float(np.mean(logits.argmax(axis=1) == labels))


def _check_labels(logits: Array, labels: ArrayLike) -> NDArray[np.integer]:
    """The labels as an array: a class per row of the logits."""
    array = np.asarray(labels)
    if array.shape != logits.shape[:1] or array.dtype.kind not in "iu":
        raise UserError(f"labels: expected a class per row, {len(logits)} whole numbers, got {array.dtype} of shape {array.shape}")
    classes = logits.shape[1]
    if np.maximum.reduce(array.astype(np.uintp), initial=0) >= classes:  # one reduction: negative numbers become huge ones
        raise UserError(f"labels: expected whole numbers from 0 to {classes - 1}, got {array.min()} to {array.max()}")
    return array
