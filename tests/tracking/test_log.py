"""Stores that fail, and `numlp log`, which completes their runs."""

import json
import shutil
import socket
import sqlite3
from contextlib import closing, contextmanager

import pytest
from tracking_helpers import SERIES, expected, logged, record, series, write_run

from numlp.cli.main import main
from numlp.tracking.run import track
from numlp.tracking.sending import About
from numlp.tracking.store import connect
from servers import free_port, mlflow_server

FILES = {"metrics_json": '{"dataset": "x", "test_accuracy": 0.5}', "classes_csv": "c\n"}
STEPS = range(0, 40, 10)


@pytest.fixture(autouse=True)
def inside(project, monkeypatch):
    monkeypatch.chdir(project)
    monkeypatch.setattr("numlp.tracking.run.EVERY", 0.0)


def about(folder):
    return json.loads((folder / "run.json").read_text())


def check_complete(project, folder, steps=STEPS):
    """The store has all of the run, once."""
    client, told = connect(project).client, about(folder)
    run = client.get_run(told["run_id"])
    assert (run.info.status, run.data.params, run.data.metrics["final/test_accuracy"]) == ("FINISHED", {"lam": "0.1"}, 0.5)
    assert all(series(client, run.info.run_id, name) == expected(steps, name) for name in SERIES)
    assert len(run.inputs.dataset_inputs) == 1
    assert {file.path for file in client.list_artifacts(run.info.run_id)} == {"history.csv", "metrics.json", "classes.csv"}


@contextmanager
def refused(project, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"http://me:secret@127.0.0.1:{free_port()}")
        yield lambda run: None


@contextmanager
def hanging(project, monkeypatch):
    with monkeypatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as server:
        patch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{server.getsockname()[1]}")
        patch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
        yield lambda run: None


@contextmanager
def no_folder(project, monkeypatch):
    (project / "mlruns").rename(project / "kept")
    (project / "mlruns").touch()
    yield lambda run: None
    (project / "mlruns").unlink()
    (project / "kept").rename(project / "mlruns")


@contextmanager
def deleted_run(project, monkeypatch):
    yield lambda run: connect(project).client.delete_run(run.about.run_id)


@contextmanager
def locked(project, monkeypatch):
    with closing(sqlite3.connect(project / "mlruns" / "mlflow.db", isolation_level=None, timeout=60)) as other:
        yield lambda run: other.execute("BEGIN EXCLUSIVE")


@contextmanager
def deleted_store(project, monkeypatch):
    shutil.copytree(project / "mlruns", project / "kept")
    yield lambda run: shutil.rmtree(project / "mlruns")
    shutil.rmtree(project / "mlruns", ignore_errors=True)
    (project / "kept").rename(project / "mlruns")


@pytest.mark.parametrize("fail", [refused, hanging, no_folder, deleted_run, deleted_store, pytest.param(locked, marks=pytest.mark.slow)])
def test_failing_store_is_one_warning_and_numlp_log_completes_the_run(project, client, monkeypatch, caplog, capsys, fail):
    folder = project / "out"
    with fail(project, monkeypatch) as now_fail:
        with track(project, folder, About("a run", {"lam": 0.1}, dataset=("synthetic", "d" * 64))) as run:
            run.log(record(0))
            now_fail(run)
            for step in STEPS[1:]:
                run.log(record(step))
            write_run(folder, STEPS, **FILES)
        (warning,) = caplog.messages
        assert "numlp log" in warning
        assert "secret" not in warning
        assert "\n" not in warning
    for _ in range(2):  # what is there is not sent twice
        assert main(["log", "out"]) == 0
        check_complete(project, folder)


@pytest.mark.slow
def test_server_that_comes_back_before_the_end_has_everything_once(project, client, monkeypatch):
    port, folder = free_port(), project / "out"
    store = f"sqlite:///{project / 'mlruns' / 'mlflow.db'}"
    with monkeypatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
        with mlflow_server(store, port, project):
            training = track(project, folder, About("a run", {"lam": 0.1}, dataset=("synthetic", "d" * 64)))
            run = training.__enter__()
            run.log(record(0))
        for step in STEPS[1:]:
            run.log(record(step))
        write_run(folder, STEPS, **FILES)
        with mlflow_server(store, port, project):
            training.__exit__(None, None, None)
    assert about(folder)["status"] == "FINISHED"
    assert series(client, run.about.run_id) == expected(STEPS)


def test_sweep_is_logged_with_its_jobs_below_it(project, client, monkeypatch, capsys):
    with refused(project, monkeypatch):
        sweep = About("search", {}, {"sweep": "abc"})
        with track(project, project / "multirun", sweep):
            for name in "01":
                write_run(project / "multirun" / name)
                logged(project, name, folder=project / "multirun" / name, parent=sweep.run_id)
    assert main(["log", "multirun"]) == 0
    parent = about(project / "multirun")["run_id"]
    for name in "01":
        run = client.get_run(about(project / "multirun" / name)["run_id"])
        assert run.data.tags["mlflow.parentRunId"] == parent
        assert series(client, run.info.run_id) == expected((0, 10))


@pytest.mark.parametrize("status", ["RUNNING", "KILLED"])
def test_run_that_has_not_ended_here_is_told_and_not_sent(project, client, capsys, status):
    """It was killed by -9, or went on in another folder after Ctrl-C."""
    run_id = logged(project, "a run", steps=[0], folder=project / "out")
    (project / "out" / "run.json").write_text(json.dumps({**about(project / "out"), "status": status}))
    assert main(["log", "out"]) == 1
    assert capsys.readouterr().err.startswith("error: out: this run ")
    assert client.get_run(run_id).info.status == "FINISHED"


@pytest.mark.parametrize("content", [None, "{", "[1]", '{"other": 1}'])
def test_folder_without_a_run_is_one_line(project, capsys, content):
    (project / "out").mkdir()
    if content is not None:
        (project / "out" / "run.json").write_text(content)
    assert main(["log", "out"]) == 1
    assert capsys.readouterr().err.startswith("error: out: ")


def test_model_of_another_run_in_the_folder_is_told(project, client, capsys):
    """DVC restores an earlier model, and leaves run.json as the last run wrote it."""
    logged(project, "a run", tags={"model_digest": "a1"}, folder=project / "out")
    (project / "out" / "model.npz").touch()
    assert main(["log", "out"]) == 1
    assert "model.npz" in capsys.readouterr().err
