"""The gradient check passes right gradients, of every arrangement of layers, and fails wrong ones; those of the reports pass."""

from dataclasses import replace

import numpy as np
import pytest

from numlp.config import GradcheckConfig
from numlp.errors import UserError
from numlp.nn.gradient_check import check_gradients
from numlp.nn.gradient_check_cases import CASES, Case
from numlp.nn.network import Network, Pass

BEFORE = ["linear1.W", "bn1.gamma", "bn1.beta", "linear2.W", "linear2.b"]
FAULTS = [("before", name) for name in BEFORE] + [("after", name) for name in (*BEFORE, "linear1.b")]
FAULTS += [("none", f"linear{i}.{kind}") for i in (1, 2) for kind in "Wb"]
ENTRIES = GradcheckConfig().entries
SAMPLED = [replace(case, samples=ENTRIES) for case in CASES]  # as `numlp gradcheck` checks them
WIDE = [case for case in SAMPLED if case.d == 3072]


def label(case):
    return f"{case.name}-{case.norm}-{case.hidden}"


def small(norm, hidden=(5,), **other):
    return Case("small", hidden, norm, n=9, d=7, classes=4, **other)


def failed(differences):
    return [difference.name for difference in differences if not difference.passed]


def only(differences, name):
    return next(difference for difference in differences if difference.name == name)


@pytest.fixture
def plant(monkeypatch):
    """Make the backward pass multiply a parameter's gradient, or that of all, by a factor and then add a constant."""
    right = Pass.backward

    def plant(name, factor, constant=0.0, unit=slice(None)):
        def wrong(self, dy):
            right(self, dy)
            gradient = self.network.grads[name] if name else self.network.grads.vector
            gradient[..., unit] = gradient[..., unit] * factor + constant

        monkeypatch.setattr(Pass, "backward", wrong)

    return plant


@pytest.mark.parametrize("hidden", [(), (6,), (6, 5, 4, 5)], ids=str)
@pytest.mark.parametrize("norm", ["none", "before", "after"])
@pytest.mark.parametrize("lam", [0.0, 0.1])
def test_every_arrangement_of_layers_has_right_gradients(norm, hidden, lam):
    case = small(norm, hidden, lam=lam)
    differences = case.check()
    assert [difference.name for difference in differences] == list(case.draw()[0].params.views)
    assert failed(differences) == []
    assert sum(difference.checked for difference in differences) > 0.9 * sum(difference.size for difference in differences)


@pytest.mark.parametrize(("norm", "name"), FAULTS)
def test_fault_of_a_thousandth_is_found_in_the_parameter_that_has_it(plant, norm, name):
    plant(name, 1.001)
    differences = small(norm).check()
    assert failed(differences) == [name]
    assert only(differences, name).relative == pytest.approx(1e-3, rel=0.01)


@pytest.mark.parametrize(
    ("norm", "name", "factor", "constant", "options"),
    [
        ("after", "linear1.W", 1.001, 0.0, {"samples": 3}),
        ("before", "bn1.beta", 0.0, 0.0, {}),
        ("none", "linear1.W", np.nan, 0.0, {}),
        *(("before", "linear1.b", 1.0, constant, {}) for constant in (1e-3, 1e-6, 1e-9)),  # its gradient is zero
    ],
    ids=["few sampled entries", "left at zero", "not a number", "1e-3", "1e-6", "1e-9"],
)
def test_other_faults_are_found(plant, norm, name, factor, constant, options):
    plant(name, factor, constant)
    assert failed(small(norm, **options).check()) == [name]


def test_gradient_too_small_to_verify_does_not_pass_for_zero(plant):
    """Twice the right value, both far below 1e-6: an absolute rule would let it pass."""
    plant("linear1.W", 2.0)
    weights = small("none", init=lambda fan_in: 1e-9).check()[0]
    assert weights.max_abs < 1e-8
    assert weights.verdict == "differs"


def test_check_changes_nothing_and_its_sample_follows_from_the_seed():
    network, x, labels = small("before").draw()
    arrays = [network.params.vector, network.moments.vector, x, labels]
    before = [array.copy() for array in arrays]
    first, again, other = (check_gradients(network, x, labels, lam=0.1, h=1e-5, samples=6, seed=seed)[0] for seed in (1, 1, 2))
    for old, new in zip(before, arrays, strict=True):
        np.testing.assert_array_equal(old, new)
    assert (first.size, first.checked) == (35, 6)
    assert first == again != other


def test_entry_with_a_kink_within_the_step_is_left_out_and_nothing_left_is_a_failure():
    h = 1e-5
    network = Network((1, 1, 2), dtype=np.float64)
    network.params["linear1.W"][...] = 1.0
    network.params["linear1.b"][...] = h / 4 - 1  # the first row's unit is at h / 4
    network.params["linear2.W"][...] = [[1.0, -1.0]]
    differences = check_gradients(network, np.array([[1.0], [3.0]]), np.array([0, 1]), lam=0.0, h=h)
    bias = only(differences, "linear1.b")
    assert (bias.kinks, bias.checked, bias.verdict) == (1, 0, "unchecked")
    assert failed(differences) == ["linear1.W", "linear1.b"]


@pytest.mark.parametrize("wrong", [{"h": 0.0}, {"h": np.nan}, {"tolerance": 0.0}, {"samples": 0}, {"dtype": np.float32}], ids=str)
def test_value_out_of_range_is_refused(wrong):
    settings = {"lam": 0.0, "h": 1e-5, **wrong}
    network = Network((3, 2), dtype=settings.pop("dtype", np.float64))
    with pytest.raises(UserError):
        check_gradients(network, np.zeros((1, 3), network.dtype), np.array([0]), **settings)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=label)
def test_each_case_passes_with_a_tenfold_margin(case):
    assert failed(replace(case, samples=None if case.d < 3072 else 60).check(tolerance=1e-7)) == []


@pytest.mark.slow
@pytest.mark.parametrize("case", SAMPLED, ids=label)
def test_fault_of_a_thousandth_is_found_by_the_default_sample_in_every_parameter_that_has_a_gradient(case, plant):
    plant(None, 1.001)
    zero = [f"linear{i}.b" for i in range(1, len(case.hidden) + 1)] if case.norm == "before" else []
    differences = case.check()
    assert failed(differences) == [name for name in case.draw()[0].params.views if name not in zero]
    assert [d.drawn for d in differences] == [min(d.size, ENTRIES) for d in differences]


@pytest.mark.slow
@pytest.mark.parametrize("case", [WIDE[0], WIDE[-1]], ids=label)
def test_fault_in_the_weights_of_one_unit_of_a_wide_layer_is_found_by_the_default_sample(case, plant):
    network, x, _ = case.draw()
    unit = int((x @ network.params["linear1.W"]).max(axis=0).argmax())  # one that is active, so that it has a gradient
    plant("linear1.W", 1.001, unit=unit)
    assert failed(case.check()) == ["linear1.W"]
