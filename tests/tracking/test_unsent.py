"""What a store did not take comes back from its file as it was."""

import math

import pytest
from tracking_helpers import expected, record, series

from numlp.errors import UserError
from numlp.tracking import start_run
from numlp.tracking.items import Artifact, Dataset, Ended, Metrics, Params, Tags
from numlp.tracking.unsent import find_unsent, keep, send_unsent


@pytest.fixture
def run(project):
    with start_run(project, "cut off", {}, {}) as begun:
        begun.log_record(record(0))
    return begun


def test_every_kind_of_item_reaches_the_run_and_counts_once_though_it_was_sent_before(project, client, run):
    table = project / "history.csv"
    table.write_text("step\n")
    values = [("cost/train", record(step).train_cost, 10**12 + step, step) for step in (1, 2)]
    items = [Metrics([*values, ("lost", math.nan, 10**12, 1)]), Params({"lam": "0.1"}), Tags({"model_digest": "a1"})]
    items += [Dataset("CIFAR-10", "d" * 64, "training"), Ended("KILLED"), Artifact(str(table), "tables")]
    for folder in ("outputs/train/a", "build/train"):
        path = keep(project / folder, run.id, items)
        assert find_unsent(project) == [path]
        assert send_unsent(project, path) == []
        assert find_unsent(project) == []
    found = client.get_run(run.id)
    assert sorted(series(client, run.id)) == expected(range(3))
    (lost,) = series(client, run.id, "lost")
    assert math.isnan(lost[1])
    assert (found.info.status, found.data.params, found.data.tags["model_digest"]) == ("KILLED", {"lam": "0.1"}, "a1")
    assert [entry.dataset.digest for entry in found.inputs.dataset_inputs] == ["d" * 36]
    assert [file.path for file in client.list_artifacts(run.id, "tables")] == ["tables/history.csv"]


def test_refused_item_does_not_hold_up_those_behind_it(project, client, caplog):
    """The run has the rest at once; what was refused is kept in its file, also after the doctor has sent what it can."""
    with start_run(project, "refused", {}, {}, output=project / "build") as begun:
        begun.set_tags({"mlflow.runName ": "x", "": "no store takes this name"})
        begun.set_tags({"behind": "it"})
        begun.log_record(record(0))
    found = client.get_run(begun.id)
    assert (found.info.status, found.data.tags["behind"], series(client, begun.id)) == ("FINISHED", "it", expected(range(1)))
    (path,) = find_unsent(project)
    assert "refused" in caplog.messages[0]
    refused = path.read_text()
    path.write_text(refused + keep(project / "mlruns", begun.id, [Tags({"later": "too"})]).read_text())
    with pytest.raises(UserError, match="refused 1 of 2"):
        send_unsent(project, path)
    assert path.read_text() == refused
    assert client.get_run(begun.id).data.tags["later"] == "too"


@pytest.mark.parametrize("later", ["another run's", None], ids=["another", "none"])
def test_a_file_of_the_run_that_is_not_what_it_was_is_told_and_not_sent(project, client, run, later):
    model = project / "model.npz"
    model.write_text("this run's")
    path = keep(project / "build", run.id, [Artifact(str(model), None), Ended("KILLED")])
    model.unlink() if later is None else model.write_text(later)
    assert send_unsent(project, path) == [str(model)]
    assert client.list_artifacts(run.id) == []
    assert client.get_run(run.id).info.status == "KILLED"
    assert find_unsent(project) == []


@pytest.mark.parametrize("text", ["{", "[]\n", '{"run_id": "a"}\n', '{"run_id": "a", "kind": "other"}\n'])
def test_a_file_that_is_not_one_of_ours_is_one_line_and_stays(project, text):
    path = project / "mlruns" / "mlflow-unsent-0.jsonl"
    path.write_text(text)
    with pytest.raises(UserError, match="no file of items for MLflow as numlp writes them"):
        send_unsent(project, path)
    assert find_unsent(project) == [path]


def test_runs_that_end_together_in_one_folder_keep_what_they_have_apart(project, run):
    assert len({keep(project / "mlruns", run.id, [Ended("FINISHED")]) for _ in range(20)}) == 20 == len(find_unsent(project))
