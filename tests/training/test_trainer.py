"""Training on small made-up data."""

from dataclasses import replace

import numpy as np
import pytest

from numlp.data.augment import Augmentation
from numlp.data.normalise import Part
from numlp.nn.initializers import he, initialize
from numlp.nn.loss import cross_entropy
from numlp.nn.network import Network
from numlp.optim.optimizers import Sgd
from numlp.training.evaluator import Evaluator
from numlp.training.plan import Plan
from numlp.training.trainer import State, Trainer, train

PLAN = Plan(
    steps=40, batch_size=16, schedule=lambda step: 0.1, lam=0.01, ema_decay=0.9, batch_seed=1, record_at=frozenset(range(0, 41, 10))
)


@pytest.fixture
def parts(rng):
    centers = rng.normal(size=(4, 12))
    labels = rng.integers(0, 4, 150)
    x = (centers[labels] + 0.5 * rng.normal(size=(150, 12))).astype(np.float32)
    return Part(x[:100], labels[:100]), Part(x[100:], labels[100:])


def network(norm="before", seed=0):
    made = Network((12, 8, 6, 4), norm)
    initialize(made, he, np.random.default_rng(seed))
    return made


def trained(made, *arguments):
    """Records of a training by plain gradient descent."""
    return train(made, Sgd(made), *arguments)


@pytest.mark.parametrize("norm", ["none", "before", "after"])
def test_training_lowers_the_cost_of_both_splits_and_records_at_the_steps_asked_for(parts, norm):
    records = list(trained(network(norm), *parts, PLAN))
    assert records[-1].train_cost < 0.8 * records[0].train_cost
    assert records[-1].val_cost < records[0].val_cost
    assert [record.step for record in records] == [0, 10, 20, 30, 40]
    assert records[-1].epoch == pytest.approx(40 / 7)  # 100 images in batches of 16: the seventh has 4


def test_same_run_gives_the_same_bits_with_batches_gathered_ahead_and_with_other_records(parts):
    first, ahead, seldom = network(), network(), network()
    records = list(trained(first, *parts, PLAN))
    state = State(ahead, Sgd(ahead))
    assert list(Trainer(state, *parts, PLAN, ahead=True).records()) == records
    list(trained(seldom, *parts, replace(PLAN, record_at=frozenset({40}), cost="smoothed")))
    for other in (ahead, seldom):
        assert other.params.vector.tobytes() == first.params.vector.tobytes()
        assert other.moments.vector.tobytes() == first.moments.vector.tobytes()


def test_full_record_is_the_cost_over_the_whole_training_split(parts):
    made = network()
    last = list(trained(made, *parts, PLAN))[-1]
    logits = Evaluator(made).logits(parts[0].x)
    weights = [made.params[f"linear{i}.W"].astype(np.float64) for i in (1, 2, 3)]
    penalty = 0.01 * sum((W**2).sum() for W in weights)
    assert last.train_loss == pytest.approx(cross_entropy(logits, parts[0].labels))
    assert last.train_cost == pytest.approx(last.train_loss + penalty, rel=1e-5)


def test_aggregated_and_smoothed_costs_follow_from_the_batch_costs(parts):
    def costs(method):
        return [record.train_cost for record in trained(network(), *parts, replace(PLAN, cost=method))]

    aggregated, smoothed = costs("aggregated"), costs("smoothed")
    batches = [aggregated[0]] + [aggregated[i] * (i + 1) - aggregated[i - 1] * i for i in range(1, 5)]
    expected = batches[0]
    for i in range(1, 5):
        expected = 0.99 * expected + 0.01 * batches[i]
        assert smoothed[i] == pytest.approx(expected)
    assert len(set(batches)) == 5


def test_evaluation_does_not_depend_on_how_rows_are_grouped(parts):
    made = network()
    list(trained(made, *parts, PLAN))
    x = np.tile(parts[0].x, (60, 1))  # 6,000 rows: more than one pass
    logits = Evaluator(made).logits(x)
    np.testing.assert_allclose(logits[:100], logits[5900:], rtol=1e-5, atol=1e-6)
    assert Evaluator(made, threads=4).logits(x).tobytes() == logits.tobytes()  # six chunks
    assert Evaluator(made, threads=4).logits(x[:2_000]).tobytes() == logits[:2_000].tobytes()  # fewer than threads


def test_highest_norm_bounds_each_update(parts):
    """Plain gradient descent at a rate of 1, without a penalty, moves the parameters by the gradient's norm."""
    made = network()
    moved, before = [], made.params.vector.copy()
    plan = replace(PLAN, schedule=lambda step: 1.0, lam=0.0, clip_norm=0.05, record_at=frozenset(range(41)))
    for _ in trained(made, *parts, plan):
        moved.append(float(np.linalg.norm(made.params.vector - before)))
        before = made.params.vector.copy()
    assert max(moved) == pytest.approx(0.05, rel=1e-3)


@pytest.mark.parametrize("cost", ["aggregated", "smoothed"])
@pytest.mark.parametrize("changed", [{"mixup": 0.5}, {"augmentation": Augmentation((32, 32, 3), flip=True, shift=3, cutout=8)}])
def test_costs_of_batches_are_of_the_images_as_they_are(rng, cost, changed):
    """Without an update of the weights, the cost of a whole epoch's batches does not tell whether images were mixed or augmented."""
    part = Part(rng.normal(size=(20, 3072)).astype(np.float32), rng.integers(0, 4, 20))

    def scores(**settings):
        made = Network((3072, 4))
        initialize(made, he, np.random.default_rng(0))
        plan = replace(PLAN, steps=5, schedule=lambda step: 1e-30, record_at=frozenset(range(6)), cost=cost, **settings)
        return [(record.train_cost, record.train_accuracy) for record in trained(made, part, part, plan)]

    assert scores(**changed) == scores()
