"""A run whose cost leaves all bounds is given up, with the step, the costs and the learning rate that show it."""

import csv
import json
import math
from pathlib import Path

import pytest

from numlp.config import DivergedConfig
from numlp.files import read_rows
from numlp.tracking.store import connect
from numlp.training.fit import DivergedError, check_convergence
from numlp.training.history import Record
from projects import FEW
from sweeps import PIXELS

ROOT = Path(__file__).resolve().parents[2]
RUN = [*FEW, PIXELS, "model=mlp2", "norm=none", "schedule=constant", "train.epochs=0.9", "train.record.every=points", "then=[]"]


def diverged(records, bound=1e6, times=5):
    try:
        check_convergence(records, bound, times)
    except DivergedError:
        return True
    return False


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
@pytest.mark.parametrize("bound", [1e6, 2e7])
def test_run_is_given_up_above_the_bound_or_where_costs_are_no_numbers(costs, given_up, split, bound):
    records = [record(cost * bound / 1e6) if split == "training" else record(1.0, cost * bound / 1e6) for cost in costs]
    assert diverged(records, bound) is given_up
    assert not any(diverged(records[:n], bound) for n in range(1, len(records)))


def test_climb_to_575395_of_the_report_is_let_through_at_every_record():
    """R0's E11, as its log has it: nine layers from weights of 1e-4, which recover."""
    with (ROOT / "reproduction/e11_log.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    runs = {cycles: [line for line in lines if line["cycles"] == cycles] for cycles in {line["cycles"] for line in lines}}
    highest = 0.0
    for run in runs.values():
        records = [record(float(line["j_train"]), float(line["j_validation"]), int(line["step"])) for line in run]
        defaults = DivergedConfig()
        assert not any(diverged(records[:n], defaults.cost, defaults.records) for n in range(1, len(records) + 1))
        highest = max(highest, *(line.train_cost for line in records))
    assert round(highest) == 575_395


def runs(project):
    client, experiment = connect(project, "numlp")
    found = [run for run in client.search_runs([experiment]) if "sweep" not in run.data.tags]
    return sorted(found, key=lambda run: float(run.data.params["schedule.eta"]))


def test_single_run_stops_with_one_message_and_its_tag(ready, numlp):
    code, out, err = numlp("train", *RUN, "schedule.eta=1e4", "+stage=pipeline")
    assert code == 1
    assert len(err.strip().splitlines()) <= 2
    assert "at step" in err and "1e+04" in err
    assert "Traceback" not in out + err
    (run,) = runs(ready)
    assert (run.info.status, run.data.tags["diverged"]) == ("FAILED", "true")
    assert not (ready / "build/train/model.npz").exists()
    assert not math.isfinite(read_rows(ready / "build/train/history.csv", Record)[-1].train_cost)
    assert not list(ready.glob("build/checkpoints/*"))


def test_diverged_job_of_a_sweep_is_its_worst_result(ready, numlp):
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
    assert "at step" in content["diverged"]
