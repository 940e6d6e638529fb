"""Runs: their ends, and that what is logged is in the store once."""

import json
import math
import os
import shutil
import signal
import time
from contextlib import nullcontext

import pytest
from mlflow import MlflowClient
from tracking_helpers import SERIES, expected, record, series, start

from numlp.errors import UserError
from numlp.signals import Terminated
from numlp.tracking import connect, environment_tags, find_run, reopen, start_run
from servers import free_port

BODY = """
import signal, sys, time
from pathlib import Path
from tracking_helpers import record
from numlp.tracking import start_run
signal.signal(signal.SIGINT, signal.default_int_handler)
with start_run(Path.cwd(), "a run", {"lam": 0.1}, {}) as run:
    for step in range(0, 30, 10):
        run.log_record(record(step))
    print(run.id, flush=True)
    time.sleep(300)
"""
LOG_ONE = """
from pathlib import Path
from tracking_helpers import record
from numlp.tracking import start_run
with start_run(Path.cwd(), "ours", {"lam": 0.1}, {}) as run:
    run.log_record(record(0))
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"])
def test_a_process_that_is_stopped_ends_its_run(project, client, number, code):
    """The status tells, and the figures that were still on their way are sent."""
    process = start(project, BODY)
    run_id = process.stdout.readline().strip()
    process.send_signal(number)
    process.communicate(timeout=300)
    assert (client.get_run(run_id).info.status, process.returncode) == ("KILLED", code)
    assert series(client, run_id) == expected(range(0, 30, 10))


@pytest.mark.parametrize(("error", "status"), [(None, "FINISHED"), (ValueError("no good\nand more"), "FAILED")])
def test_a_run_ends_by_how_its_body_ends(project, client, error, status):
    """The status tells, and the figures that were still on their way are sent."""
    ended = nullcontext() if error is None else pytest.raises(ValueError, match="no good")
    with ended, start_run(project, "a run", {}, {}) as run:
        for step in range(0, 30, 10):
            run.log_record(record(step))
        if error is not None:
            raise error
    found = client.get_run(run.id)
    assert found.info.status == status
    assert found.data.tags.get("error") == ("ValueError: no good" if status == "FAILED" else None)
    assert series(client, run.id) == expected(range(0, 30, 10))


def test_every_run_says_what_it_was_made_with_also_when_it_resumes(project, client):
    with start_run(project, "a run", {}, {"pid": "0"}) as run:
        pass
    assert client.get_run(run.id).data.tags.items() >= {**environment_tags(project), "pid": "0"}.items()  # the caller's own count
    with start_run(project, "a run", {}, {}, run_id=run.id) as run:
        pass
    assert client.get_run(run.id).data.tags["pid"] == str(os.getpid())


@pytest.mark.parametrize("again", [False, True])
def test_a_database_that_is_removed_while_a_run_is_in_it_is_told_once_the_run_ends(project, client, caplog, empty_store, again):
    """SQLite writes to the removed file as before, so nothing fails."""
    database = project / "mlruns" / "mlflow.db"
    with start_run(project, "a run", {}, {}, output=project / "outputs"), start_run(project, "a member", {}, {}, parent="0"):
        database.unlink()
        if again:
            shutil.copy(empty_store, database)
    (said,) = (each.getMessage() for each in caplog.records)
    assert said == f"run a run is not in MLflow, because its database was deleted meanwhile; the files are in {project / 'outputs'}"


def test_a_signal_while_a_run_is_being_closed_leaves_it_closed(project, client, monkeypatch):
    close, signals = MlflowClient.set_terminated, [signal.SIGTERM]

    def cut_off(*arguments):
        if signals:
            os.kill(os.getpid(), signals.pop())
        close(*arguments)

    monkeypatch.setattr(MlflowClient, "set_terminated", cut_off)
    with pytest.raises(Terminated), start_run(project, "trained", {}, {}) as run:
        run.log_record(record(0))
    assert client.get_run(run.id).info.status == "FINISHED"
    assert series(client, run.id) == expected([0])


def test_every_value_of_a_long_run_is_in_the_store_once(project, client):
    with start_run(project, "long", {}, {}) as run:
        for step in range(300):
            run.log_record(record(step))
    for name in SERIES:
        assert series(client, run.id, name) == expected(range(300), name)


def test_final_metrics_name_parameters_tags_and_parent_are_kept(project, client):
    with (
        start_run(project, "sweep", {}, {}) as parent,
        start_run(project, "mlp3", {"lam": 0.005, "init": "he"}, {"blas": "x"}, parent=parent.id) as run,
    ):
        run.log_metrics({"final/train_accuracy": 0.5})
        run.set_tags({"diverged": "true"})
    data = client.get_run(run.id).data
    assert data.metrics == {"final/train_accuracy": 0.5}
    assert data.params == {"lam": "0.005", "init": "he"}
    assert (data.tags["blas"], data.tags["diverged"]) == ("x", "true")
    assert (data.tags["mlflow.runName"], data.tags["mlflow.parentRunId"]) == ("mlp3", parent.id)


def test_an_infinite_metric_is_a_gap_and_not_the_largest_number(project, client):
    with start_run(project, "diverging", {}, {}) as run:
        run.log_metrics({"cost/train": math.inf}, step=1)
        run.log_metrics({"cost/train": 2.0}, step=2)
    (_, first), second = series(client, run.id)
    assert math.isnan(first)
    assert second == (2, 2.0)


def test_more_parameters_than_a_request_takes_and_one_that_is_too_long_are_kept(project, client):
    with start_run(project, "many", {**{f"p{i}": i for i in range(150)}, "long": "x" * 7000}, {}) as run:
        pass
    params = client.get_run(run.id).data.params
    assert len(params) == 151
    assert params["long"] == "x" * 5997 + "..."


def test_files_lie_under_the_project_s_artifacts(project, client):
    table = project / "history.csv"
    table.write_text("step\n")
    with start_run(project, "files", {}, {}) as run:
        run.log_artifacts([table], "tables")
    assert [file.path for file in client.list_artifacts(run.id, "tables")] == ["tables/history.csv"]
    assert list((project / "mlruns" / "artifacts").rglob("history.csv"))


def test_a_file_that_is_missing_is_an_error_and_fails_the_run(project, client):
    with pytest.raises(UserError, match="file not found: "), start_run(project, "files", {}, {}) as run:
        run.log_artifacts([project / "none.csv"])
    assert client.get_run(run.id).info.status == "FAILED"


def test_the_data_set_is_an_input_with_its_digest(project, client):
    digest = "8114b53f" * 8
    for _ in range(2):
        with start_run(project, "data", {}, {}) as run:
            run.log_dataset("CIFAR-10", digest, "training")
    (found,) = client.get_run(run.id).inputs.dataset_inputs
    assert (found.dataset.name, found.dataset.digest) == ("CIFAR-10", digest[:36])
    assert json.loads(found.dataset.source)["digest"] == digest
    assert [(tag.key, tag.value) for tag in found.tags] == [("mlflow.data.context", "training")]


def test_the_newest_run_of_a_model_is_found(project):
    for name in ("first", "second", "other"):
        with start_run(project, name, {}, {"model_digest": "b2" if name == "other" else "a1"}):
            time.sleep(0.002)  # the store orders by milliseconds
    found = find_run(project, "a1")
    assert connect(project)[0].get_run(found).info.run_name == "second"
    assert find_run(project, "c3") is None


def test_no_store_holds_no_run_and_looking_makes_none(tmp_path):
    assert find_run(tmp_path, "a1") is None
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_reopened_takes_more_and_keeps_its_end(project, client):
    with start_run(project, "trained", {}, {}) as run:
        pass
    before = client.get_run(run.id).info
    with reopen(project, run.id) as again:
        again.log_metrics({"final/test_accuracy": 0.52})
        assert client.get_run(run.id).info.status == "FINISHED"
    with pytest.raises(ZeroDivisionError), reopen(project, run.id) as again:
        again.log_metrics({"final/val_accuracy": 1 / 0})
    after = client.get_run(run.id)
    assert after.data.metrics == {"final/test_accuracy": 0.52}
    assert (after.info.status, after.info.end_time) == (before.status, before.end_time)


def test_a_server_that_does_not_answer_at_the_start_is_one_line_without_the_password(project, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://me:secret@127.0.0.1:{free_port()}")
    began = time.monotonic()
    with pytest.raises(UserError, match="MLflow: the tracking store http://127") as caught, start_run(project, "x", {}, {}):
        pass
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert time.monotonic() - began < 60


def test_variables_of_another_program_s_run_do_not_change_ours(project, client, monkeypatch):
    """A notebook's run, experiment and model are its own, and its metrics may be sent later: ours are there when the run ends."""
    for name in ("RUN_ID", "EXPERIMENT_ID", "EXPERIMENT_NAME", "ACTIVE_MODEL_ID", "ENABLE_ASYNC_LOGGING"):
        monkeypatch.setenv(f"MLFLOW_{name}", "true")
    process = start(project, LOG_ONE)
    assert process.communicate(timeout=300) == ("", "")
    (run,) = client.search_runs([connect(project)[1]])
    assert series(client, run.info.run_id) == expected(range(1))
