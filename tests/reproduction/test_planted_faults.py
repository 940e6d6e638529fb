"""Mistakes planted in runs of the reproduction, and the experiments that plant them."""

import numpy as np
import pytest

from budget import ROOT
from numlp.data.normalise import prepare_data
from numlp.errors import UserError
from numlp.files import read_rows
from numlp.nn.gradient_check_cases import Case
from numlp.training.fit import make_trainer
from projects import SMALL
from reproduction.experiments import Experiments
from reproduction.faults import CHANGE_NETWORKS, FAULTS, FaultyTrainer, identify
from reproduction.gradient_checks import FAULTS_CHECKED, RIGHT, FaultCheck, check_batches
from reproduction.product import train_and_measure
from reproduction.settings import read_reruns
from sweeps import PIXELS

SEEN = {"stale_backward": [True, False], "constant_moments": [False, False]}
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
    experiments = Experiments(reproduction, [*SMALL, PIXELS, "train.epochs=1.1", "train.batch_size=1000"])
    config = experiments.config(experiments.jobs("e01")[-1], 0)
    right = train_and_measure(config, "a run")
    for fault in FAULTS:
        faulty = train_and_measure(config, "a run", fault)
        assert (faulty.model_digest, faulty.val_cost) != (right.model_digest, right.val_cost), fault
    assert train_and_measure(config, "a run").model_digest == right.model_digest


@pytest.mark.parametrize("fault", FAULTS)
def test_a_gradient_check_sees_a_fault_or_does_not(fault):
    checks = check_batches(FAULTS[fault], Case(fault, (10, 10), "before", n=10, d=8, lam=0.01))
    assert [all(difference.passed for difference in differences) for differences in checks] == SEEN.get(fault, [True, True])


def test_committed_checks_of_r0s_network_pass_at_the_first_batch_and_fail_at_the_second():
    checks = read_rows(ROOT / "reproduction/results" / FAULTS_CHECKED, FaultCheck)
    assert {check.fault for check in checks} == {RIGHT, *CHANGE_NETWORKS}
    first, second = ([check for check in checks if (check.fault, check.batch) == ("stale_backward", batch)] for batch in (1, 2))
    assert all(check.verdict == "passes" and check.relative < 1e-6 for check in first)
    assert all(check.verdict == "fails" and check.relative > 0.5 for check in second)
    assert {check.verdict for check in checks if check.fault == RIGHT} == {"passes"}


def test_moments_as_constants_leave_the_last_layer_right_and_no_other_as_in_r4s_check():
    differences = check_batches(FAULTS["constant_moments"], Case("R4", (10, 10), "before", n=10, d=8), 1)[0]
    assert {difference.name for difference in differences if difference.passed} == {"bn2.gamma", "bn2.beta", "linear3.W", "linear3.b"}


def test_faults_of_images_labels_rates_and_gamma_are_what_they_say(reproduction):
    experiments = Experiments(reproduction, [*SMALL, PIXELS, "train.epochs=2"])
    config = experiments.config(experiments.job("e24", []), 0)
    data = prepare_data(config)
    names = ("", "same_order", "labels_apart", "rate_per_epoch", "gamma_drawn")
    right, same, apart, slow, drawn = (FAULTS.get(name, FaultyTrainer)(config, make_trainer(config, data)) for name in names)
    orders = [np.reshape([batch.places for batch in trainer.batches()], (2, -1)) for trainer in (right, same)]
    assert [np.array_equal(*order) for order in orders] == [False, True]
    assert np.mean([batch.labels == apart.train.labels[batch.places] for batch in apart.batches()]) < 0.2
    assert {slow.plan.schedule(step) for step in range(2 * right.epoch_steps)} == {right.plan.schedule(0), right.plan.schedule(1)}
    assert 0.1 < drawn.state.network.params["bn1.gamma"].std() < 0.3
    own = FAULTS["own_statistics"].splits(**vars(data))
    assert abs(own.part("test").x.mean(axis=0)).max() < 1e-5 < abs(data.part("test").x[:].mean(axis=0)).max()


def test_a_run_with_a_fault_has_the_settings_of_its_base_and_a_result_of_its_own(reproduction, step):
    (reproduction / "reproduction/reruns.yaml").write_text(FILE)
    experiments = Experiments(reproduction, [*SMALL, PIXELS])
    first, second = experiments.jobs("x07")
    assert [(job.key, job.fault) for job in (first, second)] == [("base=e01;norm=before", "stale_backward"), ("base=e16", "stale_backward")]
    assert second.overrides == experiments.jobs("e16")[0].overrides
    assert len({"a", *(identify("a", fault) for fault in ("", *FAULTS))}) == 1 + len(FAULTS)
    assert step("x07")[0] == step("e16")[0] == 0
    digests = [(reproduction / f"build/reproduction/results/{name}.csv").read_text().split(",")[-2] for name in ("x07", "e16")]
    assert digests[0] != digests[1]
    assert "4 of 4 runs are kept" in step("x07")[1]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("stale_backward", "stale"),
        ("fault:", "mistake:"),
        ("  fault: stale_backward\n", ""),  # which changes nothing
    ],
)
def test_a_file_that_makes_no_sense_is_an_error_that_names_it(tmp_path, before, after):
    (tmp_path / "reruns.yaml").write_text(FILE.replace(before, after))
    with pytest.raises(UserError, match=r"reruns\.yaml"):
        read_reruns(tmp_path / "reruns.yaml")
