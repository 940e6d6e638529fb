"""An experiment's runs: kept one by one, the same again; and the whole reproduction."""

import csv
import gzip
import json
import math
from dataclasses import replace

import pytest

from numlp.data.dataset import DatasetInfo
from numlp.errors import UserError
from numlp.threads import library
from numlp.tracking.store import connect
from numlp.training.history import COLUMNS
from projects import SMALL
from reproduction.experiments import Experiments
from reproduction.gradient_checks import R0_CHECK, measure
from reproduction.product import find_dataset, train_and_measure
from reproduction.results import FOLDER, RUNS
from sweeps import PIXELS

FEW = ("e05", "e06", "e16", "e24", "x03")


def rows(name):
    with (FOLDER / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_an_experiment_makes_only_runs_that_are_missing(reproduction, step):
    """It leaves a row per run and seed and its records, and an MLflow run of each training under the experiment's."""
    code, _, err = step("e01")
    assert code == 0, err
    first = {path: path.stat().st_mtime_ns for path in RUNS.iterdir()}
    code, out, _ = step("e01", "seeds=0,4")
    assert code == 0
    assert f"{len(first)} of 6 runs are kept" in out
    assert {path: path.stat().st_mtime_ns for path in RUNS.iterdir()}.items() > first.items()
    found = rows("e01")
    assert [(row["experiment"], row["run"], row["seed"]) for row in found] == [
        ("e01", f"norm={n}", s) for n in ("none", "before") for s in "04"
    ]
    assert len({(row["model_digest"], row["kernel"] == library()[1]) for row in found}) == 4
    history = gzip.decompress((FOLDER / "e01_history.csv.gz").read_bytes()).decode().splitlines()
    assert history[0] == ",".join(["experiment", "run", "seed", *COLUMNS])
    assert len(history) == 1 + 4 * 3  # steps 0, 1 and 2
    files = {path: path.read_bytes() for path in FOLDER.iterdir()}
    assert "6 of 6 runs are kept" in step("e01", "seeds=0,4")[1]
    assert {path: path.read_bytes() for path in FOLDER.iterdir()} == files

    client, experiment = connect(reproduction, "reports")
    logged = client.search_runs([experiment])
    parents = {run.info.run_id for run in logged if run.info.run_name == "e01"}
    children = [run for run in logged if run.data.tags.get("mlflow.parentRunId") in parents]
    assert sorted(run.info.run_name for run in children) == [
        f"e01 norm={n} seed {s} {library()[1]}" for n in ("before", "none") for s in "04"
    ]
    assert {run.info.status for run in logged} == {"FINISHED"}
    assert all("final/test_accuracy" in run.data.metrics for run in children)


@pytest.mark.slow
def test_one_command_makes_everything_and_a_second_one_trains_nothing(reproduction, step, monkeypatch):
    """In one process, with a search that follows another, a fault, few of the other experiments, and small gradient checks."""
    small = replace(R0_CHECK, hidden=(6, 5))
    monkeypatch.setattr("reproduction.gradient_checks.R0_CHECK", small)
    monkeypatch.setattr("reproduction.__main__.measure", lambda seed: measure(seed, [small]))
    for path in (reproduction / "conf/experiment").glob("[ex]*.yaml"):
        if path.name[:3] not in FEW:
            path.unlink()
    (reproduction / "reproduction/reruns.yaml").write_text(
        'x07: {source: R0, question: "Twice?", fault: stale_backward, runs: {e24: [single]}}\n'
    )
    code, out, err = step("all", "seeds=2")
    assert code == 0, out[-2000:] + err[-2000:]
    own = {name: [float(row["run"].removeprefix("own:lam=")) for row in rows(name) if row["run"].startswith("own:")] for name in FEW[:2]}
    best = max((row for row in rows("e05") if row["run"].startswith("own:")), key=lambda row: float(row["val_accuracy"]))
    center = float(best["run"].removeprefix("own:lam="))
    assert all(10**-0.5 <= value / center <= 10**0.5 for value in own["e06"])
    with (FOLDER / "scoreboard.csv").open(newline="") as file:
        board = list(csv.DictReader(file))
    assert len(board) == 147
    assert {row["n"] for row in board if row["id"][:3].lower() in FEW} == {"1"}
    assert "REHEARSAL" in (reproduction / "build/reproduction/docs/reports/index.md").read_text()
    code, out, _ = step("all", "seeds=2")
    assert code == 0
    assert "min left" not in out
    assert json.loads((FOLDER / "provenance.json").read_text())["wall"]["runs"] > 20


def test_ended_in_the_middle_it_goes_on_with_the_runs_that_are_missing(reproduction, step, monkeypatch):
    def train_two(*run):
        if len(list(RUNS.glob("*.json"))) == 2:
            raise KeyboardInterrupt
        return train_and_measure(*run)

    with monkeypatch.context() as patch:
        patch.setattr("reproduction.product.train_and_measure", train_two)
        assert step("e01", "seeds=0,1")[0] == 130
    assert not (FOLDER / "e01.csv").exists()
    code, out, _ = step("e01", "seeds=0,1")
    assert (code, "2 of 6 runs are kept" in out, len(rows("e01"))) == (0, True, 4)


def train(root, *overrides, seed=0):
    experiments = Experiments(root, [*SMALL, PIXELS, *overrides])
    return train_and_measure(experiments.config(experiments.jobs("e16")[0], seed), "e16")


def test_a_cost_that_is_not_finite_ends_a_run(reproduction):
    result = train(reproduction, "norm=none", "schedule=constant", "schedule.eta=10000", "train.epochs=0.1")
    assert (result.train_accuracy, result.val_accuracy, result.test_accuracy) == (0, 0, 0)
    assert math.isnan(result.test_cost)
    assert not math.isfinite(result.history[-1].train_cost)
    assert result.steps == result.history[-1].step
    assert not list((reproduction / "build/checkpoints").iterdir())


@pytest.mark.parametrize("arguments", [["e01", "e02"], ["e99"], ["all", "seeds=a"], ["report", "e01"], ["commit", "now"]])
def test_what_is_no_step_is_an_error_of_one_line(reproduction, step, arguments):
    code, _, err = step(*arguments)
    assert code == 1
    assert len(err.splitlines()) == 1


def test_images_in_place_of_cifar10_give_no_results(reproduction, monkeypatch):
    info = DatasetInfo("synthetic, in place of CIFAR-10", {"in_place_of": "no network"}, ["a", "b"])
    monkeypatch.setattr("reproduction.product.describe_data", lambda _: info)
    with pytest.raises(UserError, match="in place of CIFAR-10"):
        find_dataset(reproduction, SMALL)
