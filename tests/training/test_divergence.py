"""A run whose cost leaves all bounds is given up, with the step, the rate and the layer where that began."""

import csv
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from numlp.config import DivergedConfig
from numlp.data.preprocess import Part
from numlp.files import read_rows
from numlp.nn.initialisers import he, initialise
from numlp.nn.network import Network
from numlp.tracking import connect
from numlp.training.divergence import find_origin, has_diverged
from numlp.training.history import Record
from numlp.training.plan import Plan
from numlp.training.state import State
from numlp.training.trainer import train
from projects import FEW
from sweeps import PIXELS

ROOT = Path(__file__).resolve().parents[2]
RUN = [*FEW, PIXELS, "model=mlp2", "norm=none", "schedule=constant", "train.epochs=0.9", "train.record.every=points", "then=[]"]


def record(cost, val=1.0, step=0):
    return Record(step, step / 10, 0.1, cost, cost, 0.5, val, val, 0.5)


@pytest.mark.parametrize(
    ("costs", "given_up"),
    [
        ([2.3, 1.9, 1.7], False),
        ([14.0, 90_000, 575_395, 575_395, 575_395, 575_395, 400_000, 30.0], False),  # nine layers from weights of 1e-4
        ([14.0, 2e6, 2e6, 2e6, 2e6], False),  # four records: it may still come back
        ([14.0, 2e6, 2e6, 5.0, 2e6, 2e6, 2e6, 2e6], False),
        ([14.0, 2e6, 2e6, 2e6, 2e6, 2e6], True),
        ([14.0, math.nan], True),
        ([14.0, math.inf], True),
    ],
)
@pytest.mark.parametrize("split", ["training", "validation"])
def test_a_run_is_given_up_for_good_reason_only(costs, given_up, split):
    records = [record(cost) if split == "training" else record(1.0, cost) for cost in costs]
    assert has_diverged(records, 1e6, 5) is given_up
    assert not any(has_diverged(records[:n], 1e6, 5) for n in range(1, len(records)))


def test_the_reports_climb_to_575395_is_let_through_wherever_it_is_looked_at():
    """R0's E11, as its log has it: nine layers from weights of 1e-4, which recover."""
    with (ROOT / "reproduction/e11_log.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    runs = {cycles: [line for line in lines if line["cycles"] == cycles] for cycles in {line["cycles"] for line in lines}}
    highest = 0.0
    for run in runs.values():
        records = [record(float(line["j_train"]), float(line["j_validation"]), int(line["step"])) for line in run]
        defaults = DivergedConfig()
        assert not any(has_diverged(records[:n], defaults.cost, defaults.records) for n in range(1, len(records) + 1))
        highest = max(highest, *(line.train_cost for line in records))
    assert round(highest) == 575_395


def broken(step_of_harm, eta, steps=30, layers=(12, 8, 6, 4), norm="none"):
    """A run with one rate that is far too high; its state at the start, its data, its plan."""
    rng = np.random.default_rng(3)
    part = Part(rng.normal(size=(100, layers[0])).astype(np.float32), rng.integers(0, 4, 100))
    network = Network(layers, norm)
    initialise(network, he, np.random.default_rng(0))
    plan = Plan(steps, 16, lambda step: eta if step == step_of_harm else 0.01, 0.01, 0.9, 1, frozenset(range(steps + 1)))
    from numlp.config import MomentumConfig
    from numlp.training import build

    return State(network, build.optimiser(MomentumConfig(), network)), part, plan


@pytest.mark.parametrize("harm", [0, 4, 17])
@pytest.mark.parametrize("norm", ["none", "before", "after"])
def test_the_step_is_the_first_after_which_a_value_is_not_finite(harm, norm):
    state, part, plan = broken(harm, 1e38, norm=norm)
    with np.errstate(all="ignore"):
        records = list(train(state.network, state.optimiser, part, part, plan, state.progress))
        first = next(i for i, r in enumerate(records) if not math.isfinite(r.train_cost))
        found = find_origin(broken(harm, 1e38, norm=norm)[0], part, plan, records[: first + 1], 5)
    assert found.step in (harm + 1, harm + 2)  # the update itself, or the pass after it, whose values overflow
    assert found.eta == plan.schedule(found.step - 1)
    assert re.fullmatch(r"(linear|relu|bn)[123]", found.layer)


def test_the_layer_is_the_one_that_overflows_first():
    """The second layer's weights are near the end of float32: the first layer's values are fine, its own are not."""
    state, part, plan = broken(None, 0.0)
    state.network.params["linear2.W"][...] = 3e38
    with np.errstate(all="ignore"):
        found = find_origin(state, part, plan, [record(math.nan, step=10)], 5)
    assert (found.step, found.layer) == (1, "linear2")


def test_a_cost_that_is_only_too_high_began_at_its_first_record():
    state, part, plan = broken(None, 0.0)
    state.network.params["linear3.W"][0, 0] = 1e5
    records = [record(1.0, step=0), *(record(2e6, step=step) for step in (2, 4, 6, 8, 10))]
    found = find_origin(state, part, plan, records, 5)
    assert (found.step, found.layer) == (2, "linear3")


def runs(project):
    client, experiment = connect(project, "numlp")
    found = [run for run in client.search_runs([experiment]) if "sweep" not in run.data.tags]
    return sorted(found, key=lambda run: float(run.data.params["schedule.eta"]))


def test_a_single_run_stops_with_one_message_and_its_tag(ready, numlp):
    code, out, err = numlp("train", *RUN, "schedule.eta=1e4", "+stage=pipeline")
    assert code == 1
    assert len(err.strip().splitlines()) <= 2
    assert re.search(r"got \S+ \(validation \S+\) at step \d+; it began at step \d+ in linear\d, at learning rate 1e\+04\.", err), err
    assert "Traceback" not in out + err
    (run,) = runs(ready)
    assert (run.info.status, run.data.tags["diverged"]) == ("FAILED", "true")
    assert not (ready / "build/train/model.npz").exists()
    assert not math.isfinite(read_rows(ready / "build/train/history.csv", Record)[-1].train_cost)
    assert not list(ready.glob("build/checkpoints/*"))


def test_in_a_multirun_it_is_the_worst_result(ready, numlp):
    code, _, err = numlp("train", "-m", *RUN, "schedule.eta=1e-2,1e4", "hydra/launcher=basic")
    assert code == 0, err
    fine, bad = runs(ready)
    assert (fine.info.status, bad.info.status) == ("FINISHED", "FINISHED")
    assert "diverged" not in fine.data.tags
    assert bad.data.tags["diverged"] == "true"
    assert bad.data.metrics["best/val_accuracy"] == 0 < fine.data.metrics["best/val_accuracy"]
    (metrics,) = ready.glob("multirun/*/*/1/metrics.json")
    content = json.loads(metrics.read_text())
    assert (content["test_accuracy"], content["test_cost"]) == (0, None)
    assert "it began at step" in content["diverged"]


def test_a_bound_of_the_users_own_counts(ready, numlp):
    code, _, err = numlp("train", *RUN, "schedule.eta=0.001", "train.diverged.cost=0.5", "train.diverged.records=2")
    assert code == 1
    assert "below 0.5" in err
    assert "began at step 0" in err
