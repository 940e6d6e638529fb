"""Softmax, cross-entropy and accuracy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from numlp.errors import UserError
from numlp.nn.loss import accuracy, cross_entropy, cross_entropy_gradient, soft_cross_entropy_gradient, soft_targets, softmax

LOGITS = arrays(np.float64, (5, 4), elements=st.floats(-1e6, 1e6))
MODEST = arrays(np.float64, (5, 4), elements=st.floats(-20, 20))
LABELS = np.array([0, 1, 2, 3, 1])


@given(LOGITS)
def test_probabilities_sum_to_1_and_the_gradient_of_each_row_to_0(logits):
    before = logits.copy()
    p = softmax(logits)
    np.testing.assert_array_equal(softmax(list(logits[0])), p[0])
    assert ((p >= 0) & (p <= 1)).all()
    np.testing.assert_allclose(p.sum(1), 1, rtol=1e-14)
    gradient = cross_entropy_gradient(logits, LABELS)
    np.testing.assert_allclose(gradient.sum(1), 0, atol=1e-15)
    assert (gradient[np.arange(5), LABELS] <= 0).all()
    np.testing.assert_array_equal(logits, before)
    assert cross_entropy_gradient(logits, LABELS, out=logits) is logits
    np.testing.assert_array_equal(logits, gradient)
    assert softmax(before, out=before) is before
    np.testing.assert_array_equal(before, p)


@given(MODEST, st.floats(-1e3, 1e3))
def test_cross_entropy_is_minus_the_mean_log_probability_of_the_label_whatever_is_added_to_a_row(logits, shift):
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    expected = -np.log(p[np.arange(5), LABELS]).mean()
    for moved in (logits, logits + shift):
        np.testing.assert_allclose(softmax(moved), p, rtol=1e-9)
        np.testing.assert_allclose(cross_entropy(moved, LABELS), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("dtype", "huge"), [(np.float32, 1e30), (np.float64, 1e300), (np.float64, 1000.0)])
def test_huge_logits_cost_a_finite_amount_and_have_a_finite_gradient(dtype, huge):
    logits, labels = np.array([[huge, -huge, 0], [-huge, 0, huge]], dtype), np.array([0, 1])
    assert cross_entropy(logits[:1], labels[:1]) == 0
    assert cross_entropy(logits, labels) == pytest.approx(huge / 2, rel=1e-6)
    np.testing.assert_allclose(cross_entropy_gradient(logits, labels), [[0, 0, 0], [0, -0.5, 0.5]])


def test_soft_targets_are_shares_of_two_labels_and_of_all():
    targets = soft_targets(np.array([0, 2]), 4, 0.1, np.array([1, 2]), 0.75)
    np.testing.assert_allclose(targets, [[0.7, 0.25, 0.025, 0.025], [0.025, 0.025, 0.925, 0.025]])


def soft_cross_entropy(logits, targets):
    """Mean cross-entropy in nats of (N, K) logits against (N, K) probabilities."""
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return -(log_p * targets).sum(axis=1).mean()


@pytest.mark.parametrize(("smoothing", "share"), [(0.0, 1.0), (0.2, 0.6)], ids=["hard", "soft"])
def test_gradients_agree_with_central_differences(rng, smoothing, share):
    logits, labels, h = rng.normal(size=(5, 4)), rng.integers(0, 4, 5), 1e-5
    targets = soft_targets(labels, 4, smoothing, rng.integers(0, 4, 5), share)
    numerical = np.empty_like(logits)
    for place in np.ndindex(logits.shape):
        up, down = logits.copy(), logits.copy()
        up[place] += h
        down[place] -= h
        numerical[place] = (soft_cross_entropy(up, targets) - soft_cross_entropy(down, targets)) / (2 * h)
    np.testing.assert_allclose(soft_cross_entropy_gradient(logits, targets), numerical, rtol=1e-7, atol=1e-9)
    if share == 1:
        np.testing.assert_allclose(cross_entropy_gradient(logits, labels), numerical, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("labels", [np.arange(4), np.arange(5.0), np.eye(5, 4, dtype=int), np.arange(5) - 1, np.arange(5)])
@pytest.mark.parametrize("function", [cross_entropy, cross_entropy_gradient, accuracy])
def test_labels_that_are_no_class_per_row_are_refused(function, labels):
    with pytest.raises(UserError, match="labels"):
        function(np.zeros((5, 4)), labels)
