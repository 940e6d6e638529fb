"""Each optimizer by its formula, and down a parabola and Rosenbrock's valley."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numlp.errors import UserError
from numlp.optim.optimizers import BLOCK, EVERY, Adam, Momentum, Optimizer, Sgd, clip_by_norm

Make: TypeAlias = Callable[[np.ndarray], Optimizer]


def sgd(params: np.ndarray) -> Optimizer:
    return Sgd(params, 0)


def momentum(params: np.ndarray) -> Optimizer:
    return Momentum(params, 0, rho=0.9)


def adam(params: np.ndarray) -> Optimizer:
    return Adam(params, 0, beta1=0.9, beta2=0.999, eps=1e-8)


def parabola(p: np.ndarray) -> np.ndarray:
    """Gradient of (p - (1, 1))^T diag(1, 10) (p - (1, 1)) / 2."""
    return (p - 1) * np.array([1.0, 10.0])


def rosenbrock(p: np.ndarray) -> np.ndarray:
    """Gradient of (1 - x)^2 + 100 (y - x^2)^2, whose minimum is (1, 1)."""
    x, y = p
    return np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])


@pytest.mark.parametrize(
    ("make", "gradient", "eta", "steps"),
    [
        (sgd, parabola, 0.1, 300),
        (momentum, parabola, 0.02, 600),
        (adam, parabola, 0.05, 1000),
        (sgd, rosenbrock, 0.002, 15_000),
        (momentum, rosenbrock, 0.0005, 8_000),
        (adam, rosenbrock, 0.02, 6_000),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_it_reaches_the_minimum(make: Make, gradient: Callable[[np.ndarray], np.ndarray], eta: float, steps: int) -> None:
    p = np.array([-1.2, 1.0])
    optimizer = make(p)
    for _ in range(steps):
        optimizer.update(p, gradient(p), eta)
    np.testing.assert_allclose(p, 1, atol=1e-3)
    assert optimizer.count == steps


def by_hand(name: str, params: np.ndarray, grads: list[np.ndarray], eta: float) -> np.ndarray:
    """The published formulas, written plainly."""
    p, v, m, s = params.copy(), 0.0, 0.0, 0.0
    for t, g in enumerate(grads, start=1):
        if name == "sgd":
            p = p - eta * g
        elif name == "momentum":
            v = 0.9 * v + g
            p = p - eta * v
        else:
            m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
            p = p - eta * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
    return p


@settings(max_examples=30)
@pytest.mark.parametrize("make", [sgd, momentum, adam])
@given(seed=st.integers(0, 2**32 - 1), eta=st.floats(1e-4, 1), steps=st.integers(1, 8))
def test_its_steps_are_those_of_the_formula(make: Make, seed: int, eta: float, steps: int) -> None:
    rng = np.random.default_rng(seed)
    params, grads = rng.standard_normal(6), list(rng.standard_normal((steps, 6)))
    p = params.copy()
    optimizer = make(p)
    for g in grads:
        optimizer.update(p, g.copy(), eta)
    np.testing.assert_allclose(p, by_hand(make.__name__, params, grads, eta), rtol=1e-9, atol=1e-12)


@given(scale=st.floats(1e-3, 1e6))
def test_adams_first_step_is_eta_in_each_direction_whatever_the_gradients_size(scale: float) -> None:
    p = np.zeros(3)
    adam(p).update(p, scale * np.array([1.0, -2.0, 0.0]), 0.1)
    np.testing.assert_allclose(p, [-0.1, 0.1, 0.0], rtol=1e-4)


@pytest.mark.parametrize("make", [sgd, momentum, adam])
def test_a_copy_of_state_and_count_continues_as_the_original(make: Make) -> None:
    p = np.array([-1.2, 1.0])
    first = make(p)
    for _ in range(5):
        first.update(p, parabola(p), 0.05)
    q = p.copy()
    second = make(q)
    second.count = first.count
    for name, vector in first.state.items():
        second.state[name][:] = vector
    for optimizer, params in ((first, p), (second, q)):
        for _ in range(5):
            optimizer.update(params, parabola(params), 0.05)
    np.testing.assert_array_equal(p, q)


@pytest.mark.parametrize("make", [sgd, momentum, adam])
def test_float32_stays_float32(make: Make) -> None:
    p = np.ones(3, np.float32)
    optimizer = make(p)
    optimizer.update(p, np.ones(3, np.float32), 0.1)
    assert p.dtype == np.float32
    assert {vector.dtype for vector in optimizer.state.values()} <= {np.dtype(np.float32)}


@pytest.mark.parametrize(
    "make",
    [
        lambda p: Momentum(p, 0, rho=1.0),
        lambda p: Momentum(p, 0, rho=-0.1),
        lambda p: Adam(p, 0, beta1=1.0, beta2=0.999, eps=1e-8),
        lambda p: Adam(p, 0, beta1=0.9, beta2=-1.0, eps=1e-8),
        lambda p: Adam(p, 0, beta1=0.9, beta2=0.999, eps=0.0),
    ],
)
def test_a_setting_out_of_range_is_refused(make: Make) -> None:
    with pytest.raises(UserError, match=r"^optim.*: expected .*, got "):
        make(np.zeros(2))


@pytest.mark.parametrize("make", [Sgd, lambda p, w: Momentum(p, w, 0.9), lambda p, w: Adam(p, w, 0.9, 0.999, 1e-8)])
def test_the_decay_is_the_penaltys_gradient_on_the_weights_alone_in_any_block(make: Callable[[np.ndarray, int], Optimizer]) -> None:
    rng = np.random.default_rng(4)
    size, weights = 3 * BLOCK + 11, BLOCK + 7
    start, gradients = rng.normal(size=size), rng.normal(size=(3, size))
    decayed, plain = start.copy(), start.copy()
    with_decay, by_hand = make(decayed, weights), make(plain, weights)
    for gradient in gradients:
        with_decay.update(decayed, gradient.copy(), 0.1, decay=0.02)
        by_hand.update(plain, gradient + 0.02 * plain * (np.arange(size) < weights), 0.1)
    np.testing.assert_allclose(decayed, plain, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("make", [Sgd, lambda p, w: Momentum(p, w, 0.9), lambda p, w: Adam(p, w, 0.9, 0.999, 1e-8)])
def test_threads_share_the_blocks_of_an_update_and_change_no_bit(make: Callable[[np.ndarray, int], Optimizer]) -> None:
    rng = np.random.default_rng(5)
    size, weights = 5 * BLOCK + 11, 4 * BLOCK + 7
    start, gradients = rng.normal(size=size).astype(np.float32), rng.normal(size=(3, size)).astype(np.float32)
    alone, shared = start.copy(), start.copy()
    by_one, by_three = make(alone, weights), make(shared, weights)
    for gradient in gradients:
        by_one.update(alone, gradient.copy(), 0.1, decay=0.02)
        by_three.update(shared, gradient.copy(), 0.1, decay=0.02, threads=3)
    np.testing.assert_array_equal(alone, shared)
    assert not np.array_equal(alone, start)


def test_nesterov_steps_along_the_gradient_and_the_velocity_to_come() -> None:
    p, g = np.array([1.0, -2.0]), np.array([0.5, 0.25])
    optimizer = Momentum(p, 0, rho=0.9, nesterov=True)
    velocity, expected = np.zeros(2), p.copy()
    for _ in range(3):
        optimizer.update(p, g.copy(), 0.1)
        velocity = 0.9 * velocity + g
        expected -= 0.1 * (g + 0.9 * velocity)
    np.testing.assert_allclose(p, expected, rtol=1e-14)


@pytest.mark.parametrize("make", [lambda p, w, d: Momentum(p, w, 0.9, weight_decay=d), lambda p, w, d: Adam(p, w, 0.9, 0.999, 1e-8, d)])
def test_weight_decay_shrinks_the_weights_beside_the_gradients_step(make: Callable[[np.ndarray, int, float], Optimizer]) -> None:
    rng = np.random.default_rng(6)
    start, gradients = rng.normal(size=5), rng.normal(size=(3, 5))
    decayed, by_hand = start.copy(), start.copy()
    with_decay, plain = make(decayed, 3, 0.2), make(by_hand, 3, 0.0)
    for gradient in gradients:
        with_decay.update(decayed, gradient.copy(), 0.1)
        by_hand[:3] *= 1 - 0.1 * 0.2
        plain.update(by_hand, gradient.copy(), 0.1)
    np.testing.assert_allclose(decayed, by_hand, rtol=1e-14)


QUADRATIC = np.array([1.0, 2.0, 3.0])  # the gradient of sum of QUADRATIC * p^2 / 2 is QUADRATIC * p


@pytest.mark.parametrize(
    ("make", "golden"),
    [  # torch 2.13: AdamW(lr=0.1, betas=(0.9, 0.99), weight_decay=0.2), and SGD(lr=0.1, momentum=0.9, nesterov=True)
        (lambda p: Adam(p, p.size, 0.9, 0.99, 1e-8, weight_decay=0.2), [0.6490963636708382, -1.5892328912731217, 0.18204992774385254]),
        (lambda p: Momentum(p, p.size, 0.9, nesterov=True), [0.32732100000000003, 0.21670400000000012, -0.17408650000000003]),
    ],
    ids=["adamw", "nesterov"],
)
def test_three_steps_are_pytorchs(make: Make, golden: list[float]) -> None:
    p = np.array([1.0, -2.0, 0.5])
    optimizer = make(p)
    for _ in range(3):
        optimizer.update(p, QUADRATIC * p, 0.1)
    np.testing.assert_allclose(p, golden, rtol=1e-8)


@pytest.mark.parametrize("make", [sgd, momentum, adam])
def test_the_average_is_that_of_every_eighth_update_and_changes_no_step(make: Make) -> None:
    """By the definition: weights w^(n-k) for the parameters after update k, divided by their sum."""
    p, plain = np.array([1.0, -2.0, 0.5]), np.array([1.0, -2.0, 0.5])
    optimizer, other = make(p), make(plain)
    optimizer.keep_average(0.9, p)
    weighted, total = np.zeros(3), 0.0
    for step in range(1, 45):
        optimizer.update(p, QUADRATIC * p, 0.01)
        other.update(plain, QUADRATIC * plain, 0.01)
        if step % EVERY == 0:
            weighted, total = 0.9**EVERY * weighted + p, 0.9**EVERY * total + 1
    np.testing.assert_allclose(optimizer.averaged(), weighted / total, rtol=1e-12)
    np.testing.assert_array_equal(p, plain)


@pytest.mark.parametrize("weight", [-0.1, 1.0])
def test_an_average_of_no_sense_is_refused(weight: float) -> None:
    with pytest.raises(UserError, match=r"average: expected a number of at least 0 and below 1, got "):
        sgd(np.ones(2)).keep_average(weight, np.ones(2))


def test_a_long_gradient_is_shortened_and_a_short_one_is_left() -> None:
    """As torch.nn.utils.clip_grad_norm_ does to (3, 4) at a norm of 1."""
    long, short = np.array([3.0, 4.0]), np.array([0.3, 0.4])
    clip_by_norm(long, 1.0)
    clip_by_norm(short, 1.0)
    np.testing.assert_allclose(long, [0.6, 0.8])
    np.testing.assert_array_equal(short, [0.3, 0.4])
