"""A probe measures a network's layers, and leaves the run alone."""

import numpy as np
import pytest

from numlp.data.normalise import Part
from numlp.nn.initializers import he, initialize
from numlp.nn.network import Network
from numlp.optim.optimizers import Adam, Momentum, Sgd
from numlp.training.health import Probe
from numlp.training.history import Record
from numlp.training.plan import Plan
from numlp.training.trainer import train

RECORD = Record(0, 0.0, 0.1, *[1.0] * 6)
OPTIMIZERS = [Sgd, Momentum, Adam]


def part():
    rng = np.random.default_rng(3)
    return Part(rng.normal(size=(120, 12)).astype(np.float32), rng.integers(0, 4, 120))


def made(norm="before"):
    network = Network((12, 8, 6, 4), norm)
    initialize(network, he, np.random.default_rng(0))
    return network


@pytest.mark.parametrize(("norm", "kind"), list(zip(["none", "before", "after"], OPTIMIZERS, strict=True)))
def test_run_that_is_measured_ends_in_the_same_bits(norm, kind):
    ends = []
    for watched in (False, True):
        network, data = made(norm), part()
        optimizer, probe = kind(network), Probe(network, data, 0.01)
        plan = Plan(30, 16, lambda step: 0.05, 0.01, 0.9, batch_seed=1, record_at=frozenset(range(31)))
        records = []
        for record in train(network, optimizer, data, data, plan):
            records.append(record)
            if watched:
                probe.measure(optimizer, record)
        ends.append((network.params.vector.tobytes(), network.moments.vector.tobytes(), records, optimizer.count))
    assert ends[0] == ends[1]


def test_dead_unit_is_seen_in_its_layer():
    network = made("none")
    network.params["linear2.b"][:3] = -1e6
    rows = Probe(network, part(), 0.0).measure(Sgd(network), RECORD)
    assert [row.layer for row in rows] == [1, 2, 3]
    assert rows[1].dead == 0.5
    assert np.isnan(rows[2].dead)
    assert all(np.isnan(row.gamma_mean) for row in rows)


def test_the_update_of_plain_descent_is_the_rate_times_the_gradient():
    network = made()
    rows = Probe(network, part(), 0.0).measure(Sgd(network), RECORD)
    for row in rows:
        weights = np.linalg.norm(network.params[f"linear{row.layer}.W"])
        assert row.update_ratio == pytest.approx(0.1 * row.grad_norm / weights, rel=1e-4)
    assert (rows[0].gamma_mean, rows[0].beta_std) == (1, 0)
