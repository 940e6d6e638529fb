"""A tracking server that goes away while a run is on."""

import json
import socket
import time
from contextlib import contextmanager

import pytest
from tracking_helpers import SERIES, expected, record, series

from numlp.cli.doctor import fix
from numlp.tracking import start_run
from numlp.tracking.unsent import find_unsent
from servers import free_port, mlflow_server


def server(project, port):
    """MLflow's own, on the project's store."""
    return mlflow_server(f"sqlite:///{project / 'mlruns' / 'mlflow.db'}", port, project)


@pytest.mark.slow
def test_what_a_lost_server_did_not_get_is_in_a_file(project, client, monkeypatch, caplog, tmp_path):
    """The run waits for one answer, goes on, and warns twice; the store and the file together hold each value once."""
    port = free_port()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
    with start_in(project, port, tmp_path) as run:
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
        with silent(port):
            began = time.monotonic()
            for step in range(600, 1200):
                run.log_record(record(step))
                run.set_tags({"model_digest": "a1"})
            assert time.monotonic() - began < 60  # 600 records that waited a second each would take ten minutes
    (file,) = tmp_path.glob("mlflow-unsent-*.jsonl")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    kinds = {line["kind"]: line for line in lines}
    assert kinds["ended"]["status"] == "FINISHED"
    assert kinds["tags"]["values"] == {"model_digest": "a1"}
    assert {line["run_id"] for line in lines} == {run.id}
    rest = [(v[3], v[1]) for line in lines if line["kind"] == "metrics" for v in line["values"] if v[0] == "cost/train"]
    held = series(client, run.id)
    assert sorted(set(held + rest)) == expected(range(1200))
    assert len(held) > 0
    assert len(held) + len(rest) == 1200
    assert [message.split(";")[0].split(" of run")[0] for message in caplog.messages] == [
        "MLflow does not answer",
        "MLflow did not receive all",
    ]


def silent(port):
    """What accepts connections and never answers, once the dead server's port is free."""
    end = time.monotonic() + 60
    while True:
        try:
            return socket.create_server(("127.0.0.1", port))
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


@contextmanager
def start_in(project, port, output):
    """A run of 600 records, whose server then dies."""
    with server(project, port):
        context = start_run(project, "orphan", {"lam": 0.1}, {}, output=output)
        run = context.__enter__()
        for step in range(600):
            run.log_record(record(step))
    try:
        yield run
    finally:
        context.__exit__(None, None, None)


@pytest.mark.slow
def test_a_server_that_comes_back_gets_everything_once(project, client, monkeypatch, tmp_path):
    port = free_port()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
    with start_in(project, port, tmp_path) as run:
        for step in range(600, 700):
            run.log_record(record(step))
        run.set_tags({"model_digest": "a1"})
        back = server(project, port)
        back.__enter__()
    back.__exit__(None, None, None)
    assert series(client, run.id) == expected(range(700))
    found = client.get_run(run.id)
    assert (found.info.status, found.data.params, found.data.tags["model_digest"]) == ("FINISHED", {"lam": "0.1"}, "a1")
    assert not list(tmp_path.glob("mlflow-unsent-*"))


@pytest.mark.slow
@pytest.mark.slow
def test_what_a_lost_server_did_not_get_is_sent_by_the_doctor_once_it_is_back(project, client, monkeypatch, capsys):
    """The server dies before the run's end and comes back after it: then the store has all of it, once, and the file is gone."""
    port = free_port()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
    monkeypatch.chdir(project)
    with start_in(project, port, project / "outputs") as run:
        for step in range(600, 2000):
            run.log_record(record(step))
    (file,) = find_unsent(project)
    fix()
    assert file.exists()
    assert capsys.readouterr().out.startswith(f"not sent: {file.relative_to(project)}: MLflow: the tracking store")
    with server(project, port):
        fix()
        fix()
    assert capsys.readouterr().out == f"sent: {file.relative_to(project)}\n"
    assert find_unsent(project) == []
    assert all(series(client, run.id, name) == expected(range(2000), name) for name in SERIES)
    assert client.get_run(run.id).info.status == "FINISHED"
