"""The gradient check passes right gradients, of every arrangement of layers, and fails wrong ones."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from numlp.errors import UserError
from numlp.nn.gradient_check import Difference, check_gradients
from numlp.nn.gradient_check_cases import Case
from numlp.nn.network import Network, Pass

Plant: TypeAlias = Callable[[str, float, float], None]
DEPTHS = [(), (6,), (6, 5), (6, 5, 4), (6, 5, 4, 5)]
TWO_LAYERS = ["linear1.W", "linear1.b", "bn1.gamma", "bn1.beta", "linear2.W", "linear2.b"]


def small(norm: str, hidden: tuple[int, ...] = (5,), **other: object) -> Case:
    return Case("small", hidden, norm, n=9, d=7, classes=4, **other)


def failed(differences: list[Difference]) -> list[str]:
    return [difference.name for difference in differences if not difference.passed]


def only(differences: list[Difference], name: str) -> Difference:
    return next(difference for difference in differences if difference.name == name)


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Make the backward pass multiply one parameter's gradient by a factor and then add a constant."""
    right = Pass.backward

    def plant(name: str, factor: float, constant: float) -> None:
        def wrong(self: Pass, dy: np.ndarray) -> None:
            right(self, dy)
            self.network.grads[name][...] *= factor
            self.network.grads[name][...] += constant

        monkeypatch.setattr(Pass, "backward", wrong)

    return plant


@pytest.mark.parametrize("hidden", DEPTHS, ids=str)
@pytest.mark.parametrize("norm", ["none", "before", "after"])
@pytest.mark.parametrize("lam", [0.0, 0.1])
def test_every_arrangement_of_layers_has_right_gradients(norm: str, hidden: tuple[int, ...], lam: float) -> None:
    case = small(norm, hidden, lam=lam)
    differences = case.check()
    assert [difference.name for difference in differences] == list(case.draw()[0].params.views)
    assert failed(differences) == []
    assert sum(difference.checked for difference in differences) > 0.9 * sum(difference.size for difference in differences)


@pytest.mark.parametrize("name", TWO_LAYERS)
def test_a_fault_of_a_thousandth_is_caught_in_the_parameter_that_has_it(plant: Plant, name: str) -> None:
    plant(name, 1.001, 0.0)
    differences = small("after").check()
    assert failed(differences) == [name]
    assert only(differences, name).relative == pytest.approx(1e-3, rel=0.01)


@pytest.mark.parametrize("name", ["linear1.W", "bn1.gamma", "bn1.beta", "linear2.W", "linear2.b"])
def test_a_fault_of_a_thousandth_is_caught_before_the_non_linearity_too(plant: Plant, name: str) -> None:
    plant(name, 1.001, 0.0)
    assert failed(small("before").check()) == [name]


@pytest.mark.parametrize("name", ["linear1.W", "linear1.b", "linear2.W", "linear2.b"])
def test_a_fault_of_a_thousandth_is_caught_without_batch_norm(plant: Plant, name: str) -> None:
    plant(name, 1.001, 0.0)
    assert failed(small("none").check()) == [name]


def test_a_fault_of_a_thousandth_is_caught_in_a_few_sampled_entries(plant: Plant) -> None:
    plant("linear1.W", 1.001, 0.0)
    assert failed(small("after", samples=3).check()) == ["linear1.W"]


def test_a_gradient_left_at_zero_is_caught(plant: Plant) -> None:
    plant("bn1.beta", 0.0, 0.0)
    assert only(small("before").check(), "bn1.beta").relative == pytest.approx(1)


def test_a_gradient_that_is_not_a_number_is_caught(plant: Plant) -> None:
    plant("linear1.W", np.nan, 0.0)
    assert failed(small("none").check()) == ["linear1.W"]


def test_the_bias_before_batch_norm_has_no_gradient() -> None:
    bias = only(small("before").check(), "linear1.b")
    assert (bias.verdict, bias.relative, bias.checked) == ("zero", 0.0, 5)
    assert bias.max_abs < 1e-9


@pytest.mark.parametrize("constant", [1e-3, 1e-6, 1e-9])
def test_a_gradient_given_to_the_bias_before_batch_norm_is_caught(plant: Plant, constant: float) -> None:
    plant("linear1.b", 1.0, constant)
    assert failed(small("before").check()) == ["linear1.b"]


def test_a_gradient_too_small_to_verify_does_not_pass_for_zero(plant: Plant) -> None:
    """Twice the right value, both far below 1e-6: an absolute rule would let it pass."""
    plant("linear1.W", 2.0, 0.0)
    weights = small("none", init=lambda fan_in: 1e-9).check()[0]
    assert weights.max_abs < 1e-8
    assert weights.verdict == "differs"


def test_the_differences_are_numerical_minus_analytic(plant: Plant) -> None:
    plant("linear2.b", 1.0, 0.125)
    bias = only(small("none").check(), "linear2.b")
    assert (bias.mean_abs, bias.mean, bias.max_abs) == pytest.approx((0.125, -0.125, 0.125), rel=1e-6)
    assert bias.std == pytest.approx(0, abs=1e-9)


def test_the_check_leaves_the_parameters_and_the_inputs_as_they_were() -> None:
    network, x, labels = small("before").draw()
    before = [network.params.vector.copy(), network.moments.vector.copy(), x.copy(), labels.copy()]
    check_gradients(network, x, labels, lam=0.1, h=1e-5)
    for old, new in zip(before, [network.params.vector, network.moments.vector, x, labels], strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_sample_is_of_the_size_asked_for_and_comes_from_the_seed() -> None:
    def sampled(seed: int) -> Difference:
        network, x, labels = small("none").draw()
        return check_gradients(network, x, labels, lam=0.0, h=1e-5, samples=6, seed=seed)[0]

    assert (sampled(1).size, sampled(1).checked) == (35, 6)
    assert sampled(1) == sampled(1)
    assert sampled(1) != sampled(2)


def test_an_entry_with_a_kink_within_the_step_is_left_out_and_nothing_left_is_a_failure() -> None:
    h = 1e-5
    network = Network((1, 1, 2), dtype=np.float64)
    network.params["linear1.W"][...] = 1.0
    network.params["linear1.b"][...] = h / 4 - 1  # the first row's unit is at h / 4
    network.params["linear2.W"][...] = [[1.0, -1.0]]
    differences = check_gradients(network, np.array([[1.0], [3.0]]), np.array([0, 1]), lam=0.0, h=h)
    bias = only(differences, "linear1.b")
    assert (bias.kinks, bias.checked, bias.verdict) == (1, 0, "unchecked")
    assert failed(differences) == ["linear1.W", "linear1.b"]


def test_a_batch_of_one_image_has_no_gradient_below_batch_norm() -> None:
    differences = Case("one", (5,), "before", n=1, d=7).check()
    zero = {difference.name for difference in differences if difference.verdict == "zero"}
    assert failed(differences) == []
    assert {"linear1.W", "linear1.b", "bn1.gamma"} <= zero
    assert "bn1.beta" not in zero


def test_float32_is_refused() -> None:
    network = Network((3, 2), dtype=np.float32)
    with pytest.raises(UserError, match=r"expected a network in float64, got 'float32'"):
        check_gradients(network, np.zeros((1, 3), np.float32), np.array([0]), lam=0.0, h=1e-5)


@pytest.mark.parametrize("wrong", [{"h": 0.0}, {"h": -1e-5}, {"h": np.nan}, {"tolerance": 0.0}, {"samples": 0}], ids=str)
def test_a_value_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    network, x, labels = small("none").draw()
    with pytest.raises(UserError, match=r"gradient check: expected .*, got "):
        check_gradients(network, x, labels, **{"lam": 0.0, "h": 1e-5, **wrong})
