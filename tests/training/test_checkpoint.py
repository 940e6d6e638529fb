"""An interrupted run ends in the same bits as one that was not interrupted."""

import logging
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numlp.data.normalise import Part
from numlp.nn.initializers import he, initialize
from numlp.nn.network import Network
from numlp.optim.optimizers import Adam, Momentum, Sgd
from numlp.optim.schedules import Cyclical
from numlp.training.checkpoint import Checkpoint
from numlp.training.plan import Plan
from numlp.training.trainer import State, Trainer

STEPS = 40
OPTIMIZERS = {"sgd": Sgd, "momentum": Momentum, "adam": Adam}


def parts():
    rng = np.random.default_rng(3)
    x, labels = rng.normal(size=(150, 12)).astype(np.float32), rng.integers(0, 4, 150)
    return Part(x[:100], labels[:100]), Part(x[100:], labels[100:])


SCHEDULE = Cyclical(1e-3, 0.1, 9).rates(1, STEPS)
# Seven batches an epoch, the last of four images; records in and between the epochs.
PLAN = Plan(STEPS, 16, SCHEDULE, 0.01, 0.9, batch_seed=1, record_at=frozenset({0, 7, 10, 20, 33, 40}))
NOISE = {"noise_seed": 9, "image_seed": 5, "mixup": 0.5, "smoothing": 0.1, "clip_norm": 1.0}


def begun(optimizer="sgd", norm="before", noisy=False):
    network = Network((12, 8, 6, 4), norm, dropout=0.3 * noisy, input_dropout=0.1 * noisy)
    initialize(network, he, np.random.default_rng(0))
    state = State(network, OPTIMIZERS[optimizer](network))
    if noisy:
        state.optimizer.keep_average(0.9)
    return state


def go_on(state, kept, until=STEPS, ahead=False, **changes):
    """Train as far as `until`, with a checkpoint at each record: the files are as after a process is killed there."""
    for record in Trainer(state, *parts(), replace(PLAN, steps=until, **changes), ahead).records():
        state.records.append(record)
        if record.step > 0:
            kept.save(state, now=True)


def everything(state):
    vectors = {name: vector.tobytes() for name, vector in state.vectors().items()}
    return {**vectors, "count": state.optimizer.count, "records": state.records}


@settings(max_examples=25)
@given(
    cuts=st.lists(st.integers(1, STEPS), min_size=1, max_size=4),
    start=st.tuples(st.sampled_from(sorted(OPTIMIZERS)), st.sampled_from(["none", "before", "after"]), st.booleans()),
    cost=st.sampled_from(["full", "aggregated", "smoothed"]),
    ahead=st.booleans(),
)
def test_run_cut_off_anywhere_and_often_ends_in_the_same_bits(tmp_path_factory, cuts, start, cost, ahead):
    folder = tmp_path_factory.mktemp("cut")
    changes = {"cost": cost, **(NOISE if start[2] else {})}
    whole = begun(*start)
    go_on(whole, Checkpoint(folder / "whole.npz"), **changes)
    for cut in (*cuts, STEPS):
        kept, state = Checkpoint(folder / "cut.npz"), begun(*start)
        kept.restore(state)
        go_on(state, kept, cut, ahead, **changes)
    assert everything(state) == everything(whole)


@pytest.mark.parametrize(("optimizer", "stop"), [("sgd", 1), ("momentum", 7), ("adam", 8), ("adam", 40)])
def test_run_that_is_asked_to_stop_keeps_its_step(tmp_path, optimizer, stop):
    asked = []

    def rate(step):
        """A schedule during whose step the signal comes."""
        asked.extend([step] if step == stop - 1 else [])
        return SCHEDULE(step)

    whole = begun(optimizer)
    go_on(whole, Checkpoint(tmp_path / "whole.npz"))
    kept, state = Checkpoint(tmp_path / "cut.npz"), begun(optimizer)
    state.records += Trainer(state, *parts(), replace(PLAN, schedule=rate)).records(lambda: bool(asked))
    assert state.step == stop
    kept.save(state)
    state = begun(optimizer)
    assert kept.restore(state)
    assert state.step == stop
    go_on(state, kept)
    assert everything(state) == everything(whole)


def test_checkpoint_keeps_all_of_the_state_until_it_is_cleared(tmp_path):
    state, other = begun("adam"), begun("adam")
    go_on(state, Checkpoint(tmp_path / "first.npz"), 20, cost="smoothed")
    state.run_id, state.seconds = "0123", 4.5
    kept = Checkpoint(tmp_path / "run.npz")
    kept.save(state)
    assert kept.restore(other)
    assert everything(other) == everything(state)
    assert (other.step, other.run_id, other.seconds) == (20, "0123", 4.5)
    assert not kept.restore(begun("momentum"))  # which has another state
    kept.clear()
    assert not kept.restore(begun("adam"))


@pytest.mark.parametrize("damage", ["cut", "altered", "empty", "another"])
def test_damaged_checkpoint_is_told_and_the_run_starts_over(tmp_path, caplog, damage):
    kept = Checkpoint(tmp_path / "run.npz")
    go_on(begun("adam"), kept)
    content = bytearray(kept.path.read_bytes())
    content[len(content) // 2] ^= 1
    kept.path.write_bytes({"cut": content[:-1], "altered": content, "empty": b"", "another": b"no"}[damage])
    state = begun("adam")
    with caplog.at_level(logging.WARNING):
        assert not kept.restore(state)
    assert kept.path.name in caplog.text
    assert everything(state) == everything(begun("adam"))
