"""`numlp train -m`: what failed is told, what was made is not made again, and MLflow has one newest_sweep."""

import json

import pytest

from numlp.tracking import connect
from sweeps import MULTI, newest_sweep, table

pytestmark = pytest.mark.slow  # each makes runs of its own, and they take long together


def test_of_eight_jobs_two_fail_each_with_its_own_error_and_the_others_have_results(ready, numlp, counted):
    lams = [f"0.{i:02}" for i in range(1, 9)]
    lams[2], lams[5] = "-1", "2"  # the third breaks a rule, the sixth raises an exception
    code, out, err = numlp(*MULTI, f"lam={','.join(lams)}")
    assert code == 1
    assert "2 of 8 jobs failed" in err
    lines = [line for line in out.splitlines() if "FAILED" in line]
    assert "lam=-1: FAILED: lam: expected a number of at least 0, got -1" in lines[0]
    assert "lam=2: FAILED: RuntimeError: no luck" in lines[1]
    closing = out[out.rindex("Failed") :]
    assert "expected a number of at least 0" in closing
    assert "no luck" in closing
    assert [row["state"] for row in table(ready)] == ["failed" if i in (2, 5) else "done" for i in range(8)]
    log = next(path for path in ready.glob("multirun/*/*/*/log.txt") if "Traceback" in path.read_text())
    assert "no luck" in log.read_text()
    parent, members = newest_sweep(ready)
    assert parent.info.status == "FAILED"
    assert sorted(run.info.status for run in members) == ["FAILED"] + ["FINISHED"] * 6


def test_seeds_are_one_trial_with_mean_and_deviation_on_a_run_of_their_own(ready, numlp):
    code, _out, err = numlp(*MULTI, "model.inputs=3072", "lam=0.1,0.2", "seed=0,1")
    assert code == 0, err
    parent, members = newest_sweep(ready)
    groups = [run for run in members if "mean/val_accuracy" in run.data.metrics]
    assert sorted(run.data.tags["group"] for run in groups) == ["lam=0.1", "lam=0.2"]
    for group in groups:
        seeds = [run for run in members if run not in groups and run.data.tags["group"] == group.data.tags["group"]]
        values = [run.data.metrics["final/val_accuracy"] for run in seeds]
        assert len(values) == 2
        assert group.data.metrics["mean/val_accuracy"] == pytest.approx(sum(values) / 2)
        assert group.data.metrics["final/val_accuracy"] == pytest.approx(sum(values) / 2)
        assert (group.data.params["lam"], group.data.params["seed"]) == (group.data.tags["group"].removeprefix("lam="), "varies")
        assert group.data.metrics["sd/val_accuracy"] == pytest.approx(abs(values[0] - values[1]) / 2**0.5)
    best = max(groups, key=lambda run: run.data.metrics["mean/val_accuracy"])
    assert parent.data.tags["best"] == best.data.tags["group"]
    for name in ("final/val_accuracy", "best/val_accuracy", "final/val_cost", "final/test_accuracy"):
        assert parent.data.metrics[name] == best.data.metrics[name]
    assert {key: parent.data.params[key] for key in ("model", "model.hidden", "lam", "seed", "train.epochs")} == {
        "model": "mlp2",
        "model.hidden": "[50]",
        "lam": "varies",
        "seed": "varies",
        "train.epochs": "2.0",
    }
    assert [row["seeds"] for row in table(ready)] == ["2", "2"]


def test_a_search_narrows_from_round_to_round_and_ends_with_a_command_that_trains_the_same(ready, numlp):
    rounds = "search.rounds=[{sampler:qmc,trials:3},{sampler:grid,trials:2,best:1,margin:0.2}]"
    code, out, err = numlp(*MULTI, "lam=tag(log,interval(1e-4,1))", rounds, "search.final=true", "search.final_with=['train.epochs=3']")
    assert code == 0, err
    rows = table(ready)
    assert [row["round"] for row in rows] == ["1", "1", "1", "2", "2", "0"]
    best = float(max(rows[:3], key=lambda row: float(row["val_accuracy"]))["lam"])
    assert [float(row["lam"]) for row in rows[3:5]] == pytest.approx([max(best / 10**0.2, 1e-4), min(best * 10**0.2, 1)])
    assert rows[5]["epochs"] == "3.0"
    parent, members = newest_sweep(ready)
    (last,) = (run for run in members if run.data.tags["group"].startswith("final "))
    assert parent.data.metrics["final/test_accuracy"] == last.data.metrics["final/test_accuracy"]
    command = parent.data.tags["best_command"]
    assert command in out
    assert command in parent.data.tags["mlflow.note.content"]
    network = "network: hidden 50, batch norm, he, sgd"
    assert network in out
    assert network in parent.data.tags["mlflow.note.content"]
    code, _, err = numlp(*command.replace("'", "").split()[1:], "hydra.run.dir=outputs/best")
    assert code == 0, err
    chosen = max(rows[:5], key=lambda row: float(row["val_accuracy"]))
    again = (ready / "outputs/best/history.csv").read_text().splitlines()[-1].split(",")[-1]
    assert float(again) == float(chosen["val_accuracy"])
    client, _ = connect(ready, "numlp")
    assert {item.path for item in client.list_artifacts(parent.info.run_id)} == {"trials.csv", "curves.png", "rounds.png"}


def test_a_search_over_two_keys_draws_their_plane_and_its_best_curves(ready, numlp):
    keys = ["lam=tag(log,interval(1e-4,1))", "moments.alpha=interval(0.5,0.9)", "search.sampler=qmc", "search.trials=4"]
    code, out, err = numlp(*MULTI, *keys)
    assert code == 0, err
    assert "figures: wrote rounds.png, contour.png, curves.png to multirun/" in out
    parent, _ = newest_sweep(ready)
    client, _ = connect(ready, "numlp")
    assert {item.path for item in client.list_artifacts(parent.info.run_id)} == {"trials.csv", "rounds.png", "contour.png", "curves.png"}


def test_a_trial_that_is_worse_than_the_median_is_given_up_once_and_for_all_of_this_sweep(ready, numlp, counted):
    """A high penalty is a high cost: with two trials before, the others are stopped after the first epoch that counts."""
    search = ["search.prune=true", "search.startup=2", "search.warmup=1", "train.epochs=4"]
    choices = [*MULTI, *search, "lam=0.001,0.002,0.5,0.6"]
    code, _out, err = numlp(*choices)
    assert code == 0, err
    rows = table(ready)
    assert [row["state"] for row in rows] == ["done", "done", "pruned", "pruned"]
    assert [float(row["epochs"]) for row in rows[2:]] == [1, 1]
    assert len(list((ready / "build/runs").glob("*.json"))) == 2  # pruned is not done, elsewhere
    trained = len(counted)
    assert numlp(*choices)[0] == 0
    assert len(counted) == trained
    _, members = newest_sweep(ready)
    assert sorted(run.data.tags.get("pruned", "") for run in members) == ["", "", "true", "true"]
    assert {run.info.status for run in members} == {"FINISHED"}


def test_fail_fast_begins_no_further_job(ready, numlp, counted):
    code, _, err = numlp(*MULTI, "lam=0.1,2,0.2,0.3", "sweep.fail_fast=true")
    assert code == 1
    assert "1 of 4 jobs failed" in err
    assert counted == [0.1, 2]


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        (["search.sampler=best"], "search.sampler: expected one of grid, random, qmc, tpe"),
        (["search.objective=test_accuracy"], "search.objective: expected one of val_accuracy"),
        (["search.prune=true", "seed=0,1"], "search.prune: expected one seed"),
        (["sweep.rerum=true"], "did you mean sweep.rerun"),
        (["lam=interval(2,1)"], "lam: expected low < high"),
        (["lam=interval(0,1)", "search.rounds=[{},{}]"], "lam: expected a range above 0"),
        (["search.rounds=[{sampler:grid},{best:3}]"], "search.rounds.best: expected at most the 2 trials"),
        (["search.rounds=[{trial:3}]"], "search.rounds: unknown key 'trial'; did you mean trials?"),
        (["hydra.launcher.n_jobs=0"], "hydra.launcher.n_jobs: expected a number of jobs, or -1"),
    ],
)
def test_what_cannot_be_searched_is_one_line_before_any_work(project, numlp, choices, said):
    code, _, err = numlp("train", "-m", "lam=0.1,0.2", *choices)
    assert code == 1
    assert said in err
    assert len(err.splitlines()) <= 2
    assert not (project / "build").exists()


def test_a_sweep_without_images_ends_once_before_any_job(project, numlp, monkeypatch):
    monkeypatch.delenv("CIFAR10_ARCHIVE", raising=False)
    nowhere = ["data=cifar10", "data.source.urls=[http://127.0.0.1:9/archive.tar.gz]"]
    code, _, err = numlp("train", "-m", "lam=0.1,0.2", *nowhere, "sweep.dry_run=true")
    assert code == 1
    assert err.count("CIFAR10_ARCHIVE=PATH") == 1


@pytest.mark.parametrize("name", ["lambda_coarse_to_fine", "eta_lambda", "architecture"])
def test_the_searches_at_hand_compose(project, numlp, name):
    code, out, err = numlp("train", f"+search={name}", "--cfg", "job")
    assert code == 0, err
    assert "rounds:" in out


def test_a_status_that_is_asked_for_is_whole(tmp_path):
    from numlp.sweep.jobs import read_status, write_status

    assert read_status(tmp_path / "0.json") is None
    write_status(tmp_path / "0.json", state="running", epoch=1.5, val_accuracy=0.25)
    found = read_status(tmp_path / "0.json")
    assert (found.state, found.epoch, found.val_accuracy) == ("running", 1.5, 0.25)
    assert json.loads((tmp_path / "0.json").read_text())["state"] == "running"
