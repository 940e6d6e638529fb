"""Properties that hold for whatever hypothesis comes up with."""

from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numlp.config import schema
from numlp.config.schema import check_rules
from numlp.data.normalise import Part, Pixels, statistics
from numlp.files import read_rows, write_rows
from numlp.inference.model_file import Model, load_model, save_model
from numlp.nn.mode import TRAINING
from numlp.nn.moments import set_from_batch, update_moving_average
from numlp.nn.network import Network, Pass
from numlp.optim.schedules import Cyclical
from numlp.training.batches import batches_from
from numlp.training.evaluator import Evaluator
from numlp.training.history import Record
from numlp.training.plan import Plan, make_network, make_optimizer, make_plan, record_steps
from numlp.training.trainer import train
from trained import DATASET

ROOT = Path(__file__).resolve().parents[1]
RATES = st.floats(1e-5, 0.5)
NUMBERS = st.floats(allow_nan=False, width=64)


@st.composite
def configs(draw):
    """A small network with any choice that the rules allow."""
    low, high = sorted((draw(RATES), draw(RATES)))
    inits = [{"_target_": "numlp.he"}, {"_target_": "numlp.xavier"}, {"_target_": "numlp.gaussian", "sigma": draw(st.floats(1e-6, 1))}]
    cycle = {"eta_min": low, "eta_max": high, "half_cycle_epochs": draw(st.floats(0.1, 3)), "decay": draw(st.floats(0.1, 1))}
    schedules = [
        {"_target_": "numlp.Cyclical", **cycle},
        {"_target_": "numlp.Exponential", "eta": high, "decay": draw(st.floats(0.1, 1))},
        {"_target_": "numlp.Constant", "eta": high},
    ]
    optims = [
        {"_target_": "numlp.Sgd"},
        {"_target_": "numlp.Momentum", "rho": draw(st.floats(0, 0.99))},
        {"_target_": "numlp.Adam", "beta1": draw(st.floats(0, 0.99)), "beta2": draw(st.floats(0, 0.999))},
    ]
    record = schema.RecordConfig("points", draw(st.integers(1, 4)), draw(st.sampled_from(["full", "aggregated", "smoothed"])))
    made = schema.Config(
        data=schema.DataConfig(schema.SourceConfig("synthetic", 0)),
        split=schema.SplitConfig([0, 60], [60, 80]),
        model=schema.ModelConfig(draw(st.lists(st.integers(1, 12), min_size=1, max_size=5))),
        norm=schema.NormConfig(draw(st.sampled_from(["none", "before", "after"]))),
        init=draw(st.sampled_from(inits)),
        activation={"_target_": "numlp.Relu"},
        optim=draw(st.sampled_from(optims)),
        schedule=draw(st.sampled_from(schedules)),
        moments={"_target_": "numlp.EmaMoments", "alpha": draw(st.floats(0, 0.99))},
        lam=draw(st.floats(0, 0.1)),
        seed=draw(st.integers(0, 2**63 - 1)),
        train=schema.TrainConfig(batch_size=draw(st.integers(2, 60)), epochs=draw(st.floats(0.01, 0.1)), record=record),
    )
    check_rules(made)
    return made


def images(n):
    rng = np.random.default_rng(n)
    return Part(rng.normal(size=(n, 3072)).astype(np.float32), rng.integers(0, 10, n))


@settings(max_examples=40)
@given(configs())
def test_any_valid_network_trains_and_predicts_the_same_once_saved_and_loaded(tmp_path_factory, choices):
    network, part = make_network(choices, 3072, 10), images(60)
    plan = make_plan(choices, 60, (32, 32, 3))
    with np.errstate(all="ignore"):  # a high rate may overflow: that is told apart elsewhere
        records = list(train(network, make_optimizer(choices, network), part, images(20), plan))
        path = tmp_path_factory.mktemp("model") / "model.npz"
        saved = {"norm": {"placement": choices.norm.placement, "eps": choices.norm.eps}}
        save_model(path, Model(network, np.zeros(3072), np.ones(3072), saved, DATASET))
        loaded = load_model(path).network
        expected, found = Evaluator(network).logits(part.x), Evaluator(loaded).logits(part.x)
    assert records[-1].step == plan.steps
    assert found.tobytes() == expected.tobytes()


@given(st.lists(st.builds(Record, st.integers(0, 10**9), *[NUMBERS] * 8), max_size=5))
def test_a_history_reads_back_as_it_was_written(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("history") / "history.csv"
    write_rows(path, Record, records)
    assert list(map(astuple, read_rows(path, Record))) == list(map(astuple, records))


@given(n=st.integers(1, 200), size=st.integers(1, 70), steps=st.integers(1, 60), data=st.data())
def test_the_batches_from_any_step_on_are_the_tail_of_all(n, size, steps, data):
    first = data.draw(st.integers(0, steps))
    plan = Plan(steps, size, lambda step: 0.1, 0.0, 0.9, 7, frozenset())
    everything = [index.tolist() for index in batches_from(0, plan.steps, plan.batch_seed, n, plan.batch_size)]
    assert len(everything) == steps
    assert [index.tolist() for index in batches_from(first, plan.steps, plan.batch_seed, n, plan.batch_size)] == everything[first:]


@given(low=RATES, high=RATES, half=st.floats(0.01, 5), per_epoch=st.integers(1, 500), cycles=st.integers(1, 3))
def test_the_cyclical_rate_is_the_triangle_of_its_definition(low, high, half, per_epoch, cycles):
    low, high = sorted((low, high))
    cyclical = Cyclical(eta_min=low, eta_max=high, half_cycle_epochs=half)
    n, schedule = cyclical.cycle_steps(per_epoch) // 2, cyclical.rates(per_epoch, 1)
    corners = {2 * n * cycle: low for cycle in range(cycles)} | {2 * n * cycle + n: high for cycle in range(cycles)}
    for step, eta in corners.items():
        assert schedule(step) == pytest.approx(eta)
    for step in range(0, 2 * n, max(1, n // 7)):
        up = step % (2 * n) / n
        assert schedule(step) == pytest.approx(low + (high - low) * (up if up <= 1 else 2 - up))


@given(total=st.integers(1, 5000), points=st.integers(1, 50), per_epoch=st.integers(1, 700), every=st.sampled_from(["epoch", "points"]))
def test_records_are_at_the_first_and_the_last_step_and_inside(total, points, per_epoch, every):
    found = record_steps(schema.RecordConfig(every, points), total, per_epoch)
    assert {0, total} <= found <= set(range(total + 1))


@settings(max_examples=30)
@given(
    n=st.integers(2, 30),
    widths=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    decay=st.floats(0, 1),
    norm=st.sampled_from(["before", "after"]),
)
def test_stored_moments_are_those_of_the_first_batch_then_a_moving_average(n, widths, decay, norm):
    rng = np.random.default_rng(n)
    network = Network((5, *widths, 3), norm, dtype=np.float64)
    network.params.vector[:] = rng.normal(size=network.params.vector.size)
    first, second = rng.normal(size=(2, n, 5))
    layer = first @ network.params["linear1.W"] + network.params["linear1.b"]
    if norm == "after":
        layer = np.maximum(layer, 0)
    set_from_batch(network, first)
    np.testing.assert_allclose(network.moments["bn1.mean"], layer.mean(0), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(network.moments["bn1.var"], ((layer - layer.mean(0)) ** 2).mean(0), rtol=1e-9, atol=1e-12)
    old, batch = network.moments.vector.copy(), Pass(network, n)
    batch.forward(second, TRAINING)
    update_moving_average(network, batch, decay)
    np.testing.assert_allclose(network.moments.vector, decay * old + (1 - decay) * batch.moments.vector, rtol=1e-9, atol=1e-12)


@settings(max_examples=30)
@given(n=st.integers(2, 50), d=st.integers(1, 6), seed=st.integers(0, 10**6))
def test_normalized_pixels_have_mean_zero_and_deviation_one(n, d, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (n, d), dtype=np.uint8)
    mean, std = statistics(pixels)
    moving = std > 0
    out = Pixels(pixels, mean, np.where(moving, std, 1))[:]
    np.testing.assert_allclose(out.mean(0, dtype=np.float64), 0, atol=1e-5)
    np.testing.assert_allclose(out.std(0, dtype=np.float64)[moving], 1, atol=1e-5)
