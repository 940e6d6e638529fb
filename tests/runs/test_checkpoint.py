"""A run that is cut off ends in the same bits as one that is not."""

import logging
import multiprocessing
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numlp.config import AdamConfig, MomentumConfig, SgdConfig
from numlp.data.preprocess import Part
from numlp.nn.initialisers import he, initialise
from numlp.nn.network import Network
from numlp.optim.schedules import cyclical
from numlp.runs.checkpoint import Checkpoints, open_checkpoints
from numlp.training import build
from numlp.training.plan import Plan
from numlp.training.state import State
from numlp.training.trainer import train

STEPS, KEY = 40, "a run"
OPTIMISERS = {"sgd": SgdConfig(), "momentum": MomentumConfig(), "adam": AdamConfig()}


def parts():
    rng = np.random.default_rng(3)
    x, labels = rng.normal(size=(150, 12)).astype(np.float32), rng.integers(0, 4, 150)
    return Part(x[:100], labels[:100]), Part(x[100:], labels[100:])


def plan(cost="full"):
    """Seven batches an epoch, the last of four images; records in and between the epochs."""
    return Plan(STEPS, 16, cyclical(1e-3, 0.1, 9), 0.01, 0.9, batch_seed=1, record_at=frozenset({0, 7, 10, 20, 33, 40}), cost=cost)


def begun(optimiser="sgd", norm="before"):
    network = Network((12, 8, 6, 4), norm)
    initialise(network, he, np.random.default_rng(0))
    return State(network, build.optimiser(OPTIMISERS[optimiser], network))


def go_on(state, kept, cost="full", until=STEPS):
    """Train as far as `until`, with a checkpoint at each record: what is left is as after a process is killed there."""
    shortened = replace(plan(cost), steps=until)
    for record in train(state.network, state.optimiser, *parts(), shortened, state.progress):
        state.records.append(record)
        if record.step > 0:
            kept.save(state, always=True)


def everything(state):
    return {
        **{name: vector.tobytes() for name, vector in state.vectors().items()},
        "count": state.optimiser.count,
        "records": state.records,
    }


@settings(max_examples=25)
@given(
    cuts=st.lists(st.integers(1, STEPS), min_size=1, max_size=4),
    optimiser=st.sampled_from(sorted(OPTIMISERS)),
    norm=st.sampled_from(["none", "before", "after"]),
    cost=st.sampled_from(["full", "aggregated", "smoothed"]),
)
def test_a_run_cut_off_anywhere_and_often_ends_in_the_same_bits(tmp_path_factory, cuts, optimiser, norm, cost):
    folder = tmp_path_factory.mktemp("cut")
    whole = begun(optimiser, norm)
    go_on(whole, Checkpoints(folder / "whole", KEY), cost)
    for cut in (*cuts, STEPS):
        kept, state = Checkpoints(folder / "cut", KEY), begun(optimiser, norm)
        kept.restore(state)
        go_on(state, kept, cost, until=cut)
    assert everything(state) == everything(whole)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("stop", [1, 6, 7, 8, 39, 40])
def test_a_run_that_is_asked_to_stop_keeps_the_step_it_was_at(tmp_path, optimiser, stop):
    class Asked:
        """A schedule during whose step the signal comes."""

        def __call__(self, step):
            if step == stop - 1:
                state.progress.stop = 2
            return plan().schedule(step)

    whole = begun(optimiser)
    go_on(whole, Checkpoints(tmp_path / "whole", KEY))
    kept, state = Checkpoints(tmp_path / "cut", KEY), begun(optimiser)
    state.records += train(state.network, state.optimiser, *parts(), replace(plan(), schedule=Asked()), state.progress)
    assert state.progress.step == stop
    kept.save(state)
    state = begun(optimiser)
    assert kept.restore(state)
    assert state.progress.step == stop
    go_on(state, kept)
    assert everything(state) == everything(whole)


def test_a_checkpoint_keeps_all_of_the_state(tmp_path):
    state, other = begun("adam"), begun("adam")
    go_on(state, Checkpoints(tmp_path / "first", KEY), "smoothed", until=20)
    state.run_id, state.seconds = "0123", 4.5
    Checkpoints(tmp_path, KEY).save(state)
    assert Checkpoints(tmp_path, KEY).restore(other)
    assert everything(other) == everything(state)
    assert (other.progress.step, other.run_id, other.seconds) == (20, "0123", 4.5)


def test_two_checkpoints_are_kept(tmp_path):
    go_on(begun(), Checkpoints(tmp_path, KEY))
    assert [path.name[:9] for path in sorted(tmp_path.iterdir())] == ["000000033", "000000040"]


@pytest.mark.parametrize("damage", ["cut", "altered", "empty"])
def test_a_damaged_checkpoint_is_told_and_the_one_before_it_used(tmp_path, caplog, damage):
    go_on(begun(), Checkpoints(tmp_path, KEY))
    latest = max(tmp_path.iterdir())
    content = bytearray(latest.read_bytes())
    content[len(content) // 2] ^= 1
    latest.write_bytes({"cut": content[:-1], "altered": content, "empty": b""}[damage])
    state, whole = begun(), begun()
    with caplog.at_level(logging.WARNING):
        assert Checkpoints(tmp_path, KEY).restore(state)
    assert state.progress.step == 33
    assert latest.name in caplog.text
    go_on(state, Checkpoints(tmp_path, KEY))
    go_on(whole, Checkpoints(tmp_path / "whole", KEY))
    assert everything(state) == everything(whole)


def test_without_a_whole_checkpoint_the_run_starts_over(tmp_path):
    go_on(begun(), Checkpoints(tmp_path, KEY))
    for path in tmp_path.iterdir():
        path.write_bytes(b"no")
    state = begun()
    assert not Checkpoints(tmp_path, KEY).restore(state)
    assert everything(state) == everything(begun())


def test_a_checkpoint_of_another_run_is_not_used(tmp_path):
    go_on(begun(), Checkpoints(tmp_path, KEY))
    assert not Checkpoints(tmp_path, "another run").restore(begun())


def test_a_checkpoint_of_another_format_is_not_read(tmp_path, monkeypatch):
    kept = Checkpoints(tmp_path, KEY)
    go_on(begun(), kept, until=20)
    monkeypatch.setattr("numlp.runs.checkpoint.FORMAT", 99)
    assert not Checkpoints(tmp_path, KEY).restore(begun())


def test_a_disk_that_is_full_is_a_warning_and_the_run_goes_on(tmp_path, caplog, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device", "checkpoint")

    monkeypatch.setattr("numlp.files.tempfile.mkstemp", full)
    state = begun()
    go_on(state, Checkpoints(tmp_path, KEY))
    assert state.progress.step == STEPS
    assert "No space left on device" in caplog.text


def test_records_that_follow_each_other_closely_do_not_all_cost_a_checkpoint(tmp_path, monkeypatch):
    """Each takes 1 s of a clock that otherwise stands still for 0.1 s a record: at most a twentieth of the time is spent."""
    now = [0.0]

    def clock():
        now[0] += 0.5
        return now[0]

    monkeypatch.setattr("numlp.runs.checkpoint.perf_counter", clock)
    kept, state, saved = Checkpoints(tmp_path, KEY), begun(), []
    for step in range(1, 101):
        state.progress.step = step
        kept.save(state)
        saved.append(kept.step)
    assert 2 <= len(set(saved)) <= 10


def test_a_second_process_of_the_same_run_leaves_the_first_one_s_checkpoints_alone(tmp_path, caplog):
    with open_checkpoints(tmp_path, KEY) as first:
        go_on(begun(), first, until=20)
        with multiprocessing.get_context("fork").Pool(1) as pool:
            assert pool.apply(_second, (tmp_path,)) == 0
        assert first.restore(begun())
        first.clear()
    assert list(tmp_path.iterdir()) == []


def _second(store):
    with open_checkpoints(store, KEY) as kept:
        state = begun()
        kept.restore(state)
        found = state.progress.step
        go_on(state, kept)
        kept.clear()
        return found
