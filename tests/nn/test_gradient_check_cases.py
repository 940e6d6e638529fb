"""The reports' gradient checks are here with their settings, and pass."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from numlp.config import GradcheckConfig
from numlp.nn.gradient_check import Difference
from numlp.nn.gradient_check_cases import CASES, Case
from numlp.nn.network import Network, Pass

pytestmark = pytest.mark.slow  # each starts runs or checks of its own, and they take long together

PUBLISHED = [
    ("G1", (50,), "before", 3, 10, 1e-5),
    ("G1", (50, 50), "before", 3, 10, 1e-5),
    ("G1", (50, 50, 30), "before", 3, 10, 1e-5),
    ("G2", (4, 5, 6), "before", 6, 3, 1e-6),
    ("G3", (50,), "none", 2, 3072, 1e-5),
    ("G4", (20,), "none", 100, 3072, 1e-6),
    ("G4", (20, 20), "none", 100, 3072, 1e-6),
    ("G4", (20, 20, 10), "none", 100, 3072, 1e-6),
    ("G4", (20,), "before", 100, 3072, 1e-6),
    ("G4", (20, 20), "before", 100, 3072, 1e-6),
    ("G4", (20, 20, 10), "before", 100, 3072, 1e-6),
    ("G5", (5, 5), "after", 10, 10, 1e-5),
]
SAMPLED = [replace(case, samples=GradcheckConfig().entries) for case in CASES]  # as `numlp gradcheck` checks them
WIDE = [case for case in SAMPLED if case.d == 3072]


def label(case: Case) -> str:
    return f"{case.name}-{case.norm}-{case.hidden}"


def faulty(monkeypatch: pytest.MonkeyPatch, plant: Callable[[Network], None]) -> None:
    """Change the gradients after each backward pass."""
    right = Pass.backward

    def wrong(self: Pass, dy: np.ndarray) -> None:
        right(self, dy)
        plant(self.network)

    monkeypatch.setattr(Pass, "backward", wrong)


def failed(differences: list[Difference]) -> list[str]:
    return [difference.name for difference in differences if not difference.passed]


def test_the_cases_have_the_settings_of_the_reports() -> None:
    assert [(c.name, c.hidden, c.norm, c.n, c.d, c.h) for c in CASES] == PUBLISHED
    assert {(c.lam, c.classes) for c in CASES} == {(0.0, 10)}
    assert {c.name for c in CASES if c.init(50) == 0.01} == {"G1"}


@pytest.mark.parametrize("case", CASES, ids=label)
def test_each_case_passes_with_a_tenfold_margin(case: Case) -> None:
    quick = replace(case, samples=None if case.d < 3072 else 60)
    differences = quick.check(tolerance=1e-7)
    assert [difference for difference in differences if not difference.passed] == []


@pytest.mark.parametrize("case", SAMPLED, ids=label)
def test_a_fault_of_a_thousandth_is_caught_by_the_default_sample_in_every_parameter_that_has_a_gradient(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plant(network: Network) -> None:
        network.grads.vector[...] *= 1.001

    faulty(monkeypatch, plant)
    zero = [f"linear{i}.b" for i in range(1, len(case.hidden) + 1)] if case.norm == "before" else []
    assert failed(case.check()) == [name for name in case.draw()[0].params.views if name not in zero]


@pytest.mark.parametrize("case", WIDE, ids=label)
def test_a_fault_in_the_weights_of_one_unit_is_caught_by_the_default_sample_of_a_wide_layer(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, x, _ = case.draw()
    unit = int((x @ network.params["linear1.W"]).max(axis=0).argmax())  # one that is active, so that it has a gradient

    def plant(network: Network) -> None:
        network.grads["linear1.W"][:, unit] *= 1.001

    faulty(monkeypatch, plant)
    assert failed(case.check()) == ["linear1.W"]


@pytest.mark.parametrize("case", [SAMPLED[0], *WIDE[:2], SAMPLED[-1]], ids=label)
def test_the_default_sample_is_the_same_each_time_and_has_entries_of_every_parameter(case: Case) -> None:
    ticks: list[None] = []
    differences = case.check(tick=lambda: ticks.append(None))
    assert differences == case.check()
    assert [difference.name for difference in differences] == list(case.draw()[0].params.views)
    assert all(difference.checked > 0 for difference in differences)
    assert [d.drawn for d in differences] == [min(d.size, GradcheckConfig().entries) for d in differences]
    assert case.drawn() == len(ticks) == sum(d.drawn for d in differences)


def test_without_a_sample_every_entry_is_checked() -> None:
    case = replace(SAMPLED[0], samples=None)
    differences = case.check()
    assert [d.drawn for d in differences] == [d.size for d in differences]
    assert case.drawn() == case.draw()[0].params.vector.size


def test_parameters_are_drawn_so_that_none_is_at_its_initial_value() -> None:
    network, x, labels = CASES[1].draw()
    assert np.abs(network.params.vector).min() > 0
    assert np.abs(network.params["bn1.gamma"] - 1).min() > 0
    assert network.dtype == np.float64
    assert (x.shape, labels.shape) == ((3, 10), (3,))


def test_a_case_draws_the_same_network_and_batch_again() -> None:
    first, second = CASES[3].draw(), CASES[3].draw()
    np.testing.assert_array_equal(first[0].params.vector, second[0].params.vector)
    np.testing.assert_array_equal(first[1], second[1])
    np.testing.assert_array_equal(first[2], second[2])


@pytest.mark.parametrize("norm", ["none", "before", "after"])
def test_the_default_step_and_batch_suit_nine_layers(norm: str) -> None:
    differences = Case("mlp9", (50, 30, 20, 20, 10, 10, 10, 10), norm, samples=10).check()
    assert [difference for difference in differences if not difference.passed] == []
