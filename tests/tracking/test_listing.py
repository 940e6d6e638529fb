"""The runs that the store lists, and those found by the beginning of an id."""

import pytest

from numlp.errors import UserError
from numlp.tracking import list_runs, run_files, start_run


@pytest.fixture
def runs(project):
    """A sweep with two members and their mean, and a run of its own: their ids."""
    with start_run(project, "search", {}, {"sweep": "abc"}) as sweep:
        with start_run(project, "one", {"lam": 0.1, "norm": "none"}, {}, parent=sweep.id) as one:
            one.log_metrics({"final/val_accuracy": 0.4})
        with start_run(project, "two", {"lam": 0.2, "norm": "before"}, {"pruned": "true"}, parent=sweep.id) as two:
            pass
        with start_run(project, "mean of both", {}, {"seeds": "2"}, parent=sweep.id):
            pass
    with start_run(project, "alone", {"lam": 0.2}, {}) as alone:
        pass
    return {"sweep": sweep.id, "one": one.id, "two": two.id, "alone": alone.id}


def test_trained_runs_are_listed_the_newest_first_without_sweeps_and_means(project, runs):
    found = list_runs(project)
    assert [run.name for run in found] == ["alone", "two", "one"]
    assert [(run.status, run.sweep) for run in found] == [("finished", ""), ("pruned", runs["sweep"]), ("finished", runs["sweep"])]
    assert (found[2].run_id, found[2].params, found[2].metrics) == (
        runs["one"],
        {"lam": "0.1", "norm": "none"},
        {"final/val_accuracy": 0.4},
    )


@pytest.mark.parametrize("conditions", ["params.lam = '0.1'", "metrics.`final/val_accuracy` > 0.3"])
def test_a_filter_of_mlflow_is_asked(project, runs, conditions):
    assert [run.name for run in list_runs(project, conditions)] == ["one"]


def test_a_sweep_is_found_by_its_name_its_id_and_as_the_newest(project, runs):
    for asked in ("", "search", runs["sweep"], runs["sweep"][:8]):
        assert [run.name for run in list_runs(project, sweep=asked)] == ["two", "one"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"conditions": "lam >< 2"}, "filter 'lam >< 2': expected KEY=VALUE"),
        ({"sweep": "other"}, r"sweep not found in MLflow: other; .*: search$"),
    ],
    ids=["filter", "sweep"],
)
def test_what_cannot_be_asked_is_one_line(project, runs, asked, said):
    with pytest.raises(UserError, match=said) as caught:
        list_runs(project, **asked)
    assert "\n" not in str(caught.value)


def test_a_project_without_a_store_has_no_runs_and_gets_none(tmp_path):
    assert list_runs(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_found_by_the_beginning_of_its_id(project):
    file = project / "a.txt"
    file.write_text("a")
    with start_run(project, "one", {}, {}) as run:
        run.log_artifacts([file])
    assert (run_files(project, run.id[:8]) / "a.txt").read_text() == "a"
    with pytest.raises(UserError, match="run not found: "):
        run_files(project, run.id[:7])
