"""Softmax, cross-entropy and accuracy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from numlp.nn.loss import (
    accuracy,
    cross_entropy,
    cross_entropy_gradient,
    soft_cross_entropy_gradient,
    soft_targets,
    softmax,
)

LOGITS = arrays(np.float64, (5, 4), elements=st.floats(-1e6, 1e6))
MODEST = arrays(np.float64, (5, 4), elements=st.floats(-20, 20))
LABELS = np.array([0, 1, 2, 3, 1])


@given(LOGITS)
def test_probabilities_are_finite_between_0_and_1_and_sum_to_1(logits: np.ndarray) -> None:
    p = softmax(logits.copy())
    assert (p >= 0).all()
    assert (p <= 1).all()
    np.testing.assert_allclose(p.sum(1), 1, rtol=1e-14)


@given(MODEST, st.floats(-1e3, 1e3))
def test_a_shift_of_all_logits_of_a_row_changes_nothing(logits: np.ndarray, shift: float) -> None:
    np.testing.assert_allclose(softmax(logits + shift), softmax(logits.copy()), rtol=1e-9)
    np.testing.assert_allclose(cross_entropy(logits + shift, LABELS), cross_entropy(logits, LABELS), rtol=1e-9, atol=1e-9)


@given(MODEST)
def test_cross_entropy_is_minus_the_mean_log_probability_of_the_label(logits: np.ndarray) -> None:
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    expected = -np.log(p[np.arange(5), LABELS]).mean()
    np.testing.assert_allclose(cross_entropy(logits, LABELS), expected, rtol=1e-9, atol=1e-12)


@given(LOGITS)
def test_the_gradient_of_each_row_sums_to_0_and_pulls_towards_the_label(logits: np.ndarray) -> None:
    gradient = cross_entropy_gradient(logits.copy(), LABELS)
    np.testing.assert_allclose(gradient.sum(1), 0, atol=1e-15)
    assert (gradient[np.arange(5), LABELS] <= 0).all()


@settings(max_examples=20)
@given(MODEST)
def test_the_gradient_is_that_of_the_mean(logits: np.ndarray) -> None:
    once = cross_entropy_gradient(logits.copy(), LABELS)
    twice = cross_entropy_gradient(np.concatenate([logits, logits]), np.concatenate([LABELS, LABELS]))
    np.testing.assert_allclose(twice[:5], once / 2, rtol=1e-12, atol=1e-15)


def test_equal_logits_cost_the_logarithm_of_the_number_of_classes() -> None:
    assert cross_entropy(np.zeros((3, 10)), np.array([0, 5, 9])) == pytest.approx(math.log(10), rel=1e-15)


@pytest.mark.parametrize(("dtype", "huge"), [(np.float32, 1e30), (np.float64, 1e300)])
def test_huge_logits_cost_a_finite_amount_and_have_a_finite_gradient(dtype: type, huge: float) -> None:
    logits = np.array([[huge, -huge, 0], [-huge, 0, huge]], dtype)
    labels = np.array([0, 1])
    assert cross_entropy(logits[:1], labels[:1]) == 0
    assert cross_entropy(logits, labels) == pytest.approx(huge / 2, rel=1e-6)
    np.testing.assert_allclose(cross_entropy_gradient(logits, labels), [[0, 0, 0], [0, -0.5, 0.5]])


def test_a_probability_that_rounds_to_0_still_costs_a_finite_amount() -> None:
    assert cross_entropy(np.array([[0.0, 2000.0]]), np.array([0])) == 2000


def test_the_cost_leaves_logits_and_labels_as_they_are() -> None:
    logits, labels = np.arange(12.0).reshape(3, 4), np.array([0, 1, 2])
    cross_entropy(logits, labels)
    np.testing.assert_array_equal(logits, np.arange(12.0).reshape(3, 4))
    np.testing.assert_array_equal(labels, [0, 1, 2])


def test_accuracy_is_the_share_of_rows_whose_highest_logit_is_the_labels() -> None:
    logits = np.array([[1.0, 0, 0], [0, 2, 1], [5, 6, 7], [0, -1, -2]])
    assert accuracy(logits, np.array([0, 1, 2, 1])) == 0.75
    assert accuracy(logits, np.array([1, 2, 0, 1])) == 0.0


def test_soft_targets_are_shares_of_two_labels_and_of_all() -> None:
    targets = soft_targets(np.array([0, 2]), 4, 0.1, np.array([1, 2]), 0.75)
    np.testing.assert_allclose(targets.sum(axis=1), 1)
    np.testing.assert_allclose(targets, [[0.7, 0.25, 0.025, 0.025], [0.025, 0.025, 0.925, 0.025]])


def soft_cross_entropy(logits: np.ndarray, targets: np.ndarray) -> float:
    """Mean cross-entropy in nats of (N, K) logits against (N, K) probabilities."""
    highest = logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(logits - highest).sum(axis=1, keepdims=True)) + highest
    return float(np.mean(((log_sum - logits) * targets).sum(axis=1), dtype=np.float64))


def test_with_hard_targets_the_soft_loss_and_its_gradient_are_the_usual_ones() -> None:
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(0, 5, (7, 4)), rng.integers(0, 4, 7)
    hard = soft_targets(labels, 4, 0.0, labels, 1.0)
    assert soft_cross_entropy(logits, hard) == pytest.approx(cross_entropy(logits, labels), rel=1e-12)
    np.testing.assert_allclose(
        soft_cross_entropy_gradient(logits.copy(), hard), cross_entropy_gradient(logits.copy(), labels), rtol=1e-10, atol=1e-14
    )


def test_the_gradient_of_the_soft_loss_agrees_with_central_differences() -> None:
    rng = np.random.default_rng(1)
    logits, h = rng.normal(size=(5, 4)), 1e-5
    targets = soft_targets(rng.integers(0, 4, 5), 4, 0.2, rng.integers(0, 4, 5), 0.6)
    numerical = np.empty_like(logits)
    for place in np.ndindex(logits.shape):
        up, down = logits.copy(), logits.copy()
        up[place] += h
        down[place] -= h
        numerical[place] = (soft_cross_entropy(up, targets) - soft_cross_entropy(down, targets)) / (2 * h)
    np.testing.assert_allclose(soft_cross_entropy_gradient(logits.copy(), targets), numerical, rtol=1e-7, atol=1e-9)


def test_the_gradient_with_smoothed_labels_is_pytorchs() -> None:
    """cross_entropy(logits, labels, label_smoothing=0.2) of torch 2.13."""
    logits, labels = np.array([[1.0, 2.0, 0.5], [0.1, -1.0, 3.0]]), np.array([2, 0])
    golden = [
        [0.08227861547774118, 0.2809325262725479, -0.3632111417502891],
        [-0.4077015304791615, -0.024801247340129628, 0.43250277781929114],
    ]
    targets = soft_targets(labels, 3, 0.2, labels, 1.0)
    np.testing.assert_allclose(soft_cross_entropy_gradient(logits, targets), golden, rtol=1e-12)
