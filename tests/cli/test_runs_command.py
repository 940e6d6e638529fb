"""`numlp runs`, as a user calls it."""

import csv
import io

import pytest

from numlp.tracking.run import track
from numlp.tracking.sending import About
from sweeps import MULTI


def logged(root, name, params, metrics, tags=()):
    with track(root, None, About(name, params, dict(tags), metrics=metrics)):
        pass


@pytest.fixture
def three(ready):
    """Runs that differ in norm, lambda and rate; the one of the best test accuracy is not that of the best validation accuracy."""
    for name, norm, lam, val, test in (
        ("mlp3-none-s0", "none", 0.1, 0.3, 0.9),
        ("mlp3-before-s0", "before", 0.1, 0.5, 0.4),
        ("x", "none", 2, 0.4, 0.3),
    ):
        logged(ready, name, {"norm": norm, "lam": lam}, {"final/val_accuracy": val, "final/test_accuracy": test, "epoch": 20.0})
    logged(ready, "going", {"norm": "none", "lam": 0.1}, {"accuracy/val": 0.6, "epoch": 3.0}, {"diverged": "true"})


def names(out):
    return [row["name"] for row in csv.DictReader(io.StringIO(out))]


def test_runs_are_a_table_of_100_columns(three, numlp, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    code, out, err = numlp("runs")
    assert (code, err) == (0, "")
    heading, *rows = out.splitlines()
    assert heading.split() == ["id", "started", "status", "run", "epochs", "val", "%", "test", "%"]
    assert max(map(len, out.splitlines())) <= 100
    assert rows[0].split()[3:] == ["diverged", "going", "3"]
    assert rows[-1] == "4 of 4 runs"
    monkeypatch.setenv("COLUMNS", "60")
    assert [line.strip() for line in numlp("runs")[1].splitlines()[2:9:2]] == ["going", "x", "mlp3-before-s0", "mlp3-none-s0"]
    assert numlp("runs", "--last", "1")[1].endswith("1 of 4 runs (--last N)\n")


def test_the_best_are_finished_runs_chosen_by_validation_alone(three, numlp):
    assert names(numlp("runs", "--best", "2", "--csv")[1]) == ["mlp3-before-s0", "x"]


def test_the_best_are_of_the_data_set_of_params_unless_a_filter_names_another(three, ready, numlp):
    for data, dataset, val in (
        ("cifar10", "CIFAR-10", 0.45),
        ("npz", "digits", 0.98),
        ("npz", "letters", 0.99),
        ("cifar10", "replaced", 0.9),
    ):
        logged(ready, f"on {dataset}", {"data": data, "data.path": dataset}, {"final/val_accuracy": val}, {"dataset": dataset})
    logged(ready, "later", {"data": "cifar10"}, {"final/val_accuracy": 0.46}, {"dataset": "CIFAR-10"})
    assert names(numlp("runs", "--best", "5", "--csv")[1]) == ["later", "on CIFAR-10"]
    assert "CIFAR-10" in numlp("runs", "--best", "5")[1].splitlines()[-1]
    assert ["data set" in numlp("runs", *more)[1].splitlines()[0] for more in ((), ("--best", "5"))] == [True, False]
    for key, best in (("data=npz", "on letters"), ("data.path=digits", "on digits")):
        assert names(numlp("runs", "--best", "5", "--csv", "--filter", key)[1]) == [best]


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (["norm=before"], ["mlp3-before-s0"]),
        (["lam=1e-1", "norm=none"], ["going", "mlp3-none-s0"]),
        (["metrics.`final/val_accuracy` > 0.35", "norm=none"], ["x"]),
        (["norm=after"], []),
    ],
)
def test_filters_all_hold(three, numlp, filters, kept):
    code, out, err = numlp("runs", "--csv", *(word for text in filters for word in ("--filter", text)))
    assert (code, err, names(out)) == (0, "", kept)


def test_a_setting_that_no_run_has_is_named_with_a_guess(three, numlp):
    code, out, err = numlp("runs", "--filter", "norms=none")
    assert (code, out, err) == (1, "", "error: filter norms=none: no run has a setting 'norms'; did you mean norm?\n")


def test_a_project_without_runs_says_so(project, numlp):
    assert numlp("runs") == (0, "no runs\n", "")
    assert not (project / "mlruns").exists()


def test_a_sweep_s_runs_are_listed_with_their_epochs_and_found_by_the_shown_id(ready, numlp):
    assert numlp(*MULTI, "lam=0.1,0.2", "then=[evaluate]")[0] == 0
    rows = list(csv.DictReader(io.StringIO(numlp("runs", "--sweep", "--csv")[1])))
    assert [(row["lam"], row["epochs"], row["status"]) for row in rows] == [("0.2", "2.0", "finished"), ("0.1", "2.0", "finished")]
    assert all(0 <= float(row["val_accuracy"]) <= 1 and row["test_accuracy"] for row in rows)
    shown = numlp("runs", "--best", "1")[1].splitlines()[1].split()[0]
    code, _, err = numlp("compare", shown, rows[0]["id"])
    assert code == 0, err
