"""Each optimizer by its formula, and down a parabola."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numlp.errors import UserError
from numlp.optim.optimizers import BLOCK, EVERY, Adam, Momentum, Sgd, clip_by_norm

MAKE = {"sgd": Sgd, "momentum": partial(Momentum, rho=0.9), "adam": partial(Adam, beta1=0.9, beta2=0.999, eps=1e-8)}
QUADRATIC = np.array([1.0, 2.0, 3.0])  # the gradient of sum of QUADRATIC * p^2 / 2 is QUADRATIC * p
START = np.array([1.0, -2.0, 0.5])
each = pytest.mark.parametrize("name", MAKE)


def make(kind, params, weights=0, **settings):
    """An optimizer of a vector, of which the first `weights` entries decay."""
    flat = [SimpleNamespace(vector=vector) for vector in (params, np.zeros_like(params))]
    return MAKE.get(kind, kind)(SimpleNamespace(params=flat[0], grads=flat[1], weights=params[:weights]), **settings)


def step(optimizer, grads, eta, **options):
    optimizer.grads[:] = grads
    optimizer.update(eta, **options)


def by_hand(name, params, grads, eta):
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
@each
@given(seed=st.integers(0, 2**32 - 1), eta=st.floats(1e-4, 1), steps=st.integers(1, 40))
def test_steps_are_those_of_the_formula(name, seed, eta, steps):
    rng = np.random.default_rng(seed)
    params, grads = rng.standard_normal(6), list(rng.standard_normal((steps, 6)))
    p = params.copy()
    optimizer = make(name, p)
    for g in grads:
        step(optimizer, g, eta)
    np.testing.assert_allclose(p, by_hand(name, params, grads, eta), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("momentum", {"rho": 1.0}), ("momentum", {"rho": -0.1}), ("adam", {"beta1": 1.0}), ("adam", {"beta2": -1.0}), ("adam", {"eps": 0.0})],
)
def test_setting_out_of_range_is_refused(name, wrong):
    with pytest.raises(UserError, match="optim"):
        make(name, np.zeros(2), **wrong)


@each
def test_decay_is_the_penaltys_gradient_on_the_weights_alone_in_any_block_and_threads_change_no_bit(name):
    rng = np.random.default_rng(4)
    size, weights = 5 * BLOCK + 11, 4 * BLOCK + 7
    start, gradients = rng.normal(size=size), rng.normal(size=(3, size))
    alone, shared, plain = start.copy(), start.copy(), start.copy()
    by_one, by_three, by_hand = (make(name, params, weights) for params in (alone, shared, plain))
    for gradient in gradients:
        step(by_one, gradient, 0.1, decay=0.02)
        step(by_three, gradient, 0.1, decay=0.02, threads=3)
        step(by_hand, gradient + 0.02 * plain * (np.arange(size) < weights), 0.1)
    np.testing.assert_allclose(alone, plain, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(alone, shared)


@pytest.mark.parametrize(
    ("kind", "settings", "golden"),
    [  # torch 2.13: AdamW(lr=0.1, betas=(0.9, 0.99), weight_decay=0.2), and SGD(lr=0.1, momentum=0.9, nesterov=True)
        (Adam, {"beta2": 0.99, "weight_decay": 0.2}, [0.6490963636708382, -1.5892328912731217, 0.18204992774385254]),
        (Momentum, {"nesterov": True}, [0.32732100000000003, 0.21670400000000012, -0.17408650000000003]),
    ],
    ids=["adamw", "nesterov"],
)
def test_three_steps_are_pytorchs(kind, settings, golden):
    p = START.copy()
    optimizer = make(kind, p, p.size, **settings)
    for _ in range(3):
        step(optimizer, QUADRATIC * p, 0.1)
    np.testing.assert_allclose(p, golden, rtol=1e-8)


@each
def test_average_is_that_of_every_eighth_update_and_changes_no_step(name):
    """By the definition: weights w^(n-k) for the parameters after update k, divided by their sum."""
    p, plain = START.copy(), START.copy()
    optimizer, other = make(name, p), make(name, plain)
    optimizer.keep_average(0.9)
    weighted, total = np.zeros(3), 0.0
    for count in range(1, 45):
        step(optimizer, QUADRATIC * p, 0.01)
        step(other, QUADRATIC * plain, 0.01)
        if count % EVERY == 0:
            weighted, total = 0.9**EVERY * weighted + p, 0.9**EVERY * total + 1
    np.testing.assert_allclose(optimizer.averaged(), weighted / total, rtol=1e-12)
    np.testing.assert_array_equal(p, plain)


@pytest.mark.parametrize(("gradient", "clipped"), [([3.0, 4.0], [0.6, 0.8]), ([0.3, 0.4], [0.3, 0.4])], ids=["long", "short"])
def test_clipping_shortens_long_gradients_alone(gradient, clipped):
    """The clipping of torch.nn.utils.clip_grad_norm_ at a norm of 1."""
    vector = np.array(gradient)
    clip_by_norm(vector, 1.0)
    np.testing.assert_allclose(vector, clipped)
