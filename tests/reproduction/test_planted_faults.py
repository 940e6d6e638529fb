"""Mistakes planted in runs of the reproduction, and the experiments that plant them."""

import pytest

from budget import ROOT
from numlp.errors import UserError
from numlp.files import read_rows
from numlp.nn.gradient_check_cases import Case
from projects import SMALL
from reproduction.experiments import Experiments
from reproduction.faults import CHANGE_NETWORKS, FAULTS, identify
from reproduction.gradient_checks import FAULTS_CHECKED, RIGHT, FaultCheck, check_batches
from reproduction.product import train_and_measure
from reproduction.settings import read_reruns
from sweeps import PIXELS

SEEN = {"stale_backward": [True, False], "half_penalty_gradient": [False, False]}
"""Whether a gradient check with a penalty passes at the first and the second batch, with the faults that it sees; it passes all others."""
FILE = """
x07:
  source: R0
  question: What does it do?
  fault: stale_backward
  runs: {e01: [norm=before], e16: [single]}
"""


@pytest.mark.slow
def test_each_fault_changes_a_training_and_nothing_of_it_stays(reproduction):
    for fault in FAULTS:
        name = "e30" if fault == "damped_momentum" else "e01"
        experiments = Experiments(reproduction, [*SMALL, PIXELS, "train.epochs=0.03"])
        config = experiments.config(experiments.jobs(name)[-1], 0)
        right, faulty, again = (train_and_measure(config, "a run", name) for name in ("", fault, ""))
        assert (faulty.model_digest, faulty.val_cost) != (right.model_digest, right.val_cost), fault
        assert faulty.steps == right.steps
        assert again.model_digest == right.model_digest


def passes(fault, case):
    """Whether a gradient check passes at the first batch and at the second."""
    return [all(difference.passed for difference in differences) for differences in check_batches(fault, case)]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_gradient_check_sees_a_fault_or_does_not(fault):
    case = Case(fault, (10, 10), "before", n=10, d=8, lam=0.01)
    assert passes(FAULTS[fault], case) == SEEN.get(fault, [True, True])


def test_committed_checks_of_r0s_network_pass_at_the_first_batch_and_fail_at_the_second():
    """By all of the gradient; the check of the right network passes at both."""
    checks = read_rows(ROOT / "reproduction/results" / FAULTS_CHECKED, FaultCheck)
    assert {check.fault for check in checks} == {RIGHT, *CHANGE_NETWORKS}
    first, second = ([check for check in checks if (check.fault, check.batch) == ("stale_backward", batch)] for batch in (1, 2))
    assert all(check.verdict == "passes" and check.relative < 1e-6 for check in first)
    assert all(check.verdict == "fails" and check.relative > 0.5 for check in second)
    assert {check.verdict for check in checks if check.fault == RIGHT} == {"passes"}
    halves = {(check.lam > 0, check.verdict) for check in checks if check.fault == "half_penalty_gradient"}
    assert halves == {(False, "passes"), (True, "fails")}


def test_a_gradient_without_its_factor_of_2_is_training_with_half_of_lambda(reproduction):
    """So the runs of other lambdas stand for this fault in readings.yaml."""
    experiments = Experiments(reproduction, [*SMALL, PIXELS])
    whole, half = (experiments.config(experiments.job("e14", [f"lam={lam}"]), 0) for lam in (0.04, 0.02))
    faulty, right = train_and_measure(whole, "a run", "half_penalty_gradient"), train_and_measure(half, "a run")
    assert faulty.model_digest == right.model_digest
    assert faulty.val_cost > right.val_cost  # which counts the penalty itself
    with pytest.raises(UserError, match="Momentum"):
        train_and_measure(whole, "a run", "damped_momentum")


def test_a_run_with_a_fault_has_the_settings_of_its_base_and_a_result_of_its_own(reproduction, step):
    (reproduction / "reproduction/reruns.yaml").write_text(FILE)
    experiments = Experiments(reproduction, [*SMALL, PIXELS])
    first, second = experiments.jobs("x07")
    assert [(job.key, job.fault) for job in (first, second)] == [("base=e01;norm=before", "stale_backward"), ("base=e16", "stale_backward")]
    assert second.overrides == experiments.jobs("e16")[0].overrides
    assert len({identify("a", fault) for fault in ("", *FAULTS)}) == 1 + len(FAULTS)
    assert identify("a", "") == "a"
    assert step("x07")[0] == step("e16")[0] == 0
    digests = [(reproduction / f"build/reproduction/results/{name}.csv").read_text().split(",")[-1] for name in ("x07", "e16")]
    assert digests[0] != digests[1]
    assert step("x07")[1].count("(kept)") == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("stale_backward", "stale"),
        ("fault:", "mistake:"),
        ("  fault: stale_backward\n", ""),  # which changes nothing
        ("source: R0\n", "source: [\n"),
        ("{e01: [norm=before]", "{e01: 3"),
    ],
)
def test_a_file_that_makes_no_sense_is_an_error_that_names_it(tmp_path, before, after):
    (tmp_path / "reruns.yaml").write_text(FILE.replace(before, after))
    with pytest.raises(UserError, match=r"reruns\.yaml"):
        read_reruns(tmp_path / "reruns.yaml")
