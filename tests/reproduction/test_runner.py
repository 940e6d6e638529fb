"""An experiment's runs: side by side, kept one by one, the same again."""

import csv
import gzip
import math
import os
import signal
import subprocess
import sys
import time

import pytest
from rehearsal import PIXELS, ROOT, SMALL

from numlp.config.local_choices import LOCAL
from numlp.tracking import connect
from numlp.training.history import COLUMNS
from reproduction.results import load_result, save_result
from reproduction.single_run import train_and_measure

pytestmark = pytest.mark.slow  # each makes runs of its own, and they take long together

RESULTS = "build/reproduction/results"


def rows(root, name):
    with (root / RESULTS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def kept(root):
    return sorted((root / "build/reproduction/runs").glob("*.json"))


def seeds(root, text):
    params = root / "reproduction/params.yaml"
    params.write_text(params.read_text().replace("seeds: [0]", f"seeds: {text}"))


def test_an_experiment_leaves_a_row_a_run_and_seed_and_its_records(reproduction, step):
    seeds(reproduction, "[0, 4]")
    code, _, err = step("e01")
    assert code == 0, err
    found = rows(reproduction, "e01")
    assert [(row["run"], row["seed"]) for row in found] == [(run, seed) for run in ("norm=none", "norm=before") for seed in "04"]
    assert {row["experiment"] for row in found} == {"e01"}
    assert len({row["model_digest"] for row in found}) == 4
    history = gzip.decompress((reproduction / RESULTS / "e01_history.csv.gz").read_bytes()).decode().splitlines()
    assert history[0] == ",".join(["experiment", "run", "seed", *COLUMNS])
    assert len(history) == 1 + 4 * 3  # steps 0, 1 and 2


def test_every_run_is_an_mlflow_run_under_its_experiments(reproduction, step):
    assert step("e01")[0] == 0
    client, experiment = connect(reproduction, "reports")
    found = client.search_runs([experiment])
    (parent,) = [run for run in found if run.info.run_name == "e01"]
    children = [run for run in found if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    assert sorted(run.info.run_name for run in children) == ["e01 norm=before seed 0", "e01 norm=none seed 0"]
    assert {run.info.status for run in found} == {"FINISHED"}
    assert all("final/test_accuracy" in run.data.metrics for run in children)


def test_a_second_call_makes_no_run_and_changes_no_byte(reproduction, step):
    assert step("e24")[0] == 0
    files = {path: path.read_bytes() for path in (reproduction / RESULTS).iterdir()}
    made = {path: path.stat().st_mtime_ns for path in kept(reproduction)}
    code, out, _ = step("e24")
    assert code == 0
    assert out.count("(kept)") == 1
    assert {path: path.read_bytes() for path in (reproduction / RESULTS).iterdir()} == files
    assert {path: path.stat().st_mtime_ns for path in kept(reproduction)} == made


def test_another_seed_or_setting_makes_only_what_is_missing(reproduction, step):
    assert step("e01")[0] == 0
    seeds(reproduction, "[0, 1]")
    code, out, _ = step("e01")
    assert code == 0
    assert out.count("(kept)") == 2
    assert len(kept(reproduction)) == 4


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on_with_the_runs_that_are_missing(reproduction):
    seeds(reproduction, list(range(8)))
    command = [sys.executable, "-m", "reproduction", "e01"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    began = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        until = time.monotonic() + 300
        while len(kept(reproduction)) < 2 and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        os.killpg(began.pid, signal.SIGKILL)
        began.wait()
    there = len(kept(reproduction))
    assert 2 <= there < 16
    assert not (reproduction / RESULTS / "e01.csv").exists()
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=300)
    assert there <= again.stdout.count("(kept)") < 16
    assert len(rows(reproduction, "e01")) == 16


def test_a_later_search_starts_from_the_best_of_ours_before_it(reproduction, step):
    assert step("e15")[0] == 1  # the search before it was not run
    assert step("e14")[0] == 0
    own = [row for row in rows(reproduction, "e14") if row["run"].startswith("own:lam=")]
    assert len(own) == 3
    best = max(own, key=lambda row: float(row["val_accuracy"]))
    center = float(best["run"].removeprefix("own:lam="))
    assert step("e15")[0] == 0
    drawn = [float(row["run"].removeprefix("own:lam=")) for row in rows(reproduction, "e15") if row["run"].startswith("own:")]
    assert len(drawn) == 3
    assert all(0.4 <= value / center <= 8.0 for value in drawn)


def test_a_result_reads_back_as_it_was_written(reproduction, tmp_path):
    from reproduction.experiments import Experiments

    result = train_and_measure(Experiments(reproduction, [*SMALL, PIXELS]).jobs("e16")[0].seeded(1), "e16")
    save_result(tmp_path / "run.json", result)
    assert load_result(tmp_path / "run.json") == result
    assert load_result(tmp_path / "none.json") is None


def test_a_cost_that_is_not_finite_ends_a_run_as_it_does_in_numlp_train(reproduction, step):
    from reproduction.experiments import Experiments

    harmful = ["norm=none", "schedule=constant", "schedule.eta=10000", "train.epochs=0.1"]
    result = train_and_measure(Experiments(reproduction, [*SMALL, *harmful]).jobs("e16")[0].seeded(0), "e16")
    assert (result.train_accuracy, result.val_accuracy, result.test_accuracy) == (0, 0, 0)
    assert math.isnan(result.test_cost)
    assert not math.isfinite(result.history[-1].train_cost)
    assert all(math.isfinite(record.train_cost) for record in result.history[:-1])
    assert result.steps == result.history[-1].step
    assert not list((reproduction / "build/checkpoints").iterdir())


@pytest.mark.parametrize("arguments", [[], ["e01", "e02"], ["e99"]])
def test_what_is_no_step_is_an_error_of_one_line(reproduction, step, arguments):
    code, _, err = step(*arguments)
    assert code == 1
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "text", ["seeds: []\noverrides: []\n", "seeds: [1, 1]\noverrides: []\n", "seeds: [a\n", "sedes: [0]\noverrides: []\n"]
)
def test_parameters_that_make_no_sense_are_an_error_of_one_line(reproduction, step, text):
    (reproduction / "reproduction/params.yaml").write_text(text)
    code, _, err = step("e01")
    assert code == 1
    assert len(err.splitlines()) == 1
    assert "params.yaml" in err


def test_results_that_are_in_git_are_not_made_from_other_choices_than_those_of_params_yaml(reproduction, step):
    (reproduction / LOCAL).write_text("data: {cifar10: synthetic}\n")
    code, out, err = step("all")
    assert (code, out) == (1, "")
    assert err.startswith(
        "error: reproduction all: expected the settings of params.yaml, got conf/local.yaml: data=synthetic in place of cifar10"
    )
