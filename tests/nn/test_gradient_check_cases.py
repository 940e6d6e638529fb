"""The reports' gradient checks are here with their settings, and pass."""

from dataclasses import replace

import numpy as np
import pytest

from numlp.config import GradcheckConfig
from numlp.nn.gradient_check_cases import CASES, Case
from numlp.nn.network import Pass

pytestmark = pytest.mark.slow

PUBLISHED = [
    *(("G1", hidden, "before", 3, 10, 1e-5) for hidden in ((50,), (50, 50), (50, 50, 30))),
    ("G2", (4, 5, 6), "before", 6, 3, 1e-6),
    ("G3", (50,), "none", 2, 3072, 1e-5),
    *(("G4", hidden, norm, 100, 3072, 1e-6) for norm in ("none", "before") for hidden in ((20,), (20, 20), (20, 20, 10))),
    ("G5", (5, 5), "after", 10, 10, 1e-5),
]
ENTRIES = GradcheckConfig().entries
SAMPLED = [replace(case, samples=ENTRIES) for case in CASES]  # as `numlp gradcheck` checks them
WIDE = [case for case in SAMPLED if case.d == 3072]


def label(case):
    return f"{case.name}-{case.norm}-{case.hidden}"


def failed(differences):
    return [difference.name for difference in differences if not difference.passed]


@pytest.fixture
def plant(monkeypatch):
    """Change the gradients after each backward pass."""
    right = Pass.backward

    def plant(change):
        def wrong(self, dy):
            right(self, dy)
            change(self.network.grads)

        monkeypatch.setattr(Pass, "backward", wrong)

    return plant


def test_cases_have_the_settings_of_the_reports():
    assert [(c.name, c.hidden, c.norm, c.n, c.d, c.h) for c in CASES] == PUBLISHED
    assert {(c.lam, c.classes) for c in CASES} == {(0.0, 10)}
    assert {c.name for c in CASES if c.init(50) == 0.01} == {"G1"}


@pytest.mark.parametrize("case", CASES, ids=label)
def test_each_case_passes_with_a_tenfold_margin(case):
    assert failed(replace(case, samples=None if case.d < 3072 else 60).check(tolerance=1e-7)) == []


@pytest.mark.parametrize("case", SAMPLED, ids=label)
def test_fault_of_a_thousandth_is_found_by_the_default_sample_in_every_parameter_that_has_a_gradient(case, plant):
    def change(grads):
        grads.vector[...] *= 1.001

    plant(change)
    zero = [f"linear{i}.b" for i in range(1, len(case.hidden) + 1)] if case.norm == "before" else []
    differences = case.check()
    assert failed(differences) == [name for name in case.draw()[0].params.views if name not in zero]
    assert [d.drawn for d in differences] == [min(d.size, ENTRIES) for d in differences]


@pytest.mark.parametrize("case", [WIDE[0], WIDE[-1]], ids=label)
def test_fault_in_the_weights_of_one_unit_of_a_wide_layer_is_found_by_the_default_sample(case, plant):
    network, x, _ = case.draw()
    unit = int((x @ network.params["linear1.W"]).max(axis=0).argmax())  # one that is active, so that it has a gradient

    def change(grads):
        grads["linear1.W"][:, unit] *= 1.001

    plant(change)
    assert failed(case.check()) == ["linear1.W"]


def test_case_draws_the_same_values_again_none_of_them_an_initial_one():
    (network, x, labels), (other, *batch) = CASES[1].draw(), CASES[1].draw()
    for first, second in zip((network.params.vector, x, labels), (other.params.vector, *batch), strict=True):
        np.testing.assert_array_equal(first, second)
    assert min(np.abs(network.params.vector).min(), np.abs(network.params["bn1.gamma"] - 1).min()) > 0
    assert (network.dtype, x.shape, labels.shape) == (np.float64, (3, 10), (3,))


@pytest.mark.parametrize("norm", ["none", "before", "after"])
def test_default_step_and_batch_suit_nine_layers(norm):
    assert failed(Case("mlp9", (50, 30, 20, 20, 10, 10, 10, 10), norm, samples=10).check()) == []
