"""The runs that the store lists, and those found by the beginning of an id."""

import pytest
from tracking_helpers import logged

import numlp
from numlp.errors import UserError
from numlp.tracking.listing import list_runs


@pytest.fixture
def runs(project):
    """A sweep with two members and their mean, and a run of its own: their ids."""
    sweep = logged(project, "search", tags={"sweep": "abc"})
    one = logged(project, "one", {"lam": 0.1, "norm": "none"}, parent=sweep, metrics={"final/val_accuracy": 0.4})
    two = logged(project, "two", {"lam": 0.2, "norm": "before"}, {"pruned": "true"}, parent=sweep)
    logged(project, "mean of both", tags={"seeds": "2"}, parent=sweep)
    return {"sweep": sweep, "one": one, "two": two, "alone": logged(project, "alone", {"lam": 0.2})}


def test_trained_runs_are_listed_the_newest_first_without_sweeps_and_means(project, runs):
    table = list_runs(project)
    listed = [("alone", "finished", ""), ("two", "pruned", runs["sweep"]), ("one", "finished", runs["sweep"])]
    assert list(zip(table.name, table.status, table.sweep, strict=True)) == listed
    assert table.iloc[2][["id", "lam", "norm", "val_accuracy"]].tolist() == [runs["one"], 0.1, "none", 0.4]


def test_runs_are_selected_by_their_sweep_and_a_wrong_filter_or_sweep_is_one_line(project, runs):
    for asked in ("", "search", runs["sweep"], runs["sweep"][:8]):
        assert list(list_runs(project, sweep=asked).name) == ["two", "one"]
    for asked, said in (({"conditions": ["lam >< 2"]}, "lam >< 2"), ({"sweep": "other"}, r"other; .*: search$")):
        with pytest.raises(UserError, match=said) as caught:
            list_runs(project, **asked)
        assert "\n" not in str(caught.value)


def test_python_gets_settings_as_numbers_metrics_and_data_sets(project, runs, tmp_path, monkeypatch):
    logged(project, "cached", {"lam": "1e-3"}, {"kept": "true", "dataset": "digits"}, metrics={"final/val_cost": 1.5})
    monkeypatch.chdir(project / "conf")
    table = numlp.runs()
    assert list(table.lam) == [0.001, 0.2, 0.2, 0.1]
    assert table.iloc[0][["status", "dataset", "final/val_cost"]].tolist() == ["cached", "digits", 1.5]
    for condition in ("params.lam = '0.1'", "lam=1e-1"):
        assert numlp.runs(condition, sweep="search")[["name", "final/val_accuracy"]].values.tolist() == [["one", 0.4]]
    monkeypatch.chdir(tmp_path)
    with pytest.raises(numlp.UserError):
        numlp.runs()
