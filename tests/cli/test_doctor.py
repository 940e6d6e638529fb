"""`numlp doctor` finds what is wrong, says what to do, and changes nothing unless asked."""

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from numlp.tracking.store import connect


def level(out, what):
    """The level of a check."""
    (row,) = (line for line in out.splitlines() if line.startswith(f"{what} "))
    return row.removeprefix(what).split()[0]


def ended():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def start_run(project, pid, host=None):
    client, experiment = connect(project)
    tags = {"pid": str(pid), "host": host or socket.gethostname()}
    return client.create_run(experiment, tags=tags, run_name="a run").info.run_id


def test_all_is_well(project, numlp):
    code, out, err = numlp("doctor")
    assert (code, err) == (0, "")
    assert all(level(out, what) in ("ok", "warning") for what in ("machine", "configuration", "data", "MLflow"))
    assert not (project / "mlruns").exists()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("model: mlp3", "model: [mlp3", "params.yaml"),
        ("model: mlp3", "model: mlp4", "mlp4"),
        ("lam: 0.005", "lamda: 0.005", "lamda"),
        ("lam: 0.005", "lam: -1", "lam"),
    ],
)
def test_configuration_that_does_not_compose_is_an_error(project, numlp, old, new, key):
    params = project / "params.yaml"
    params.write_text(params.read_text().replace(old, new))
    code, out, _ = numlp("doctor")
    assert (code, level(out, "configuration")) == (1, "error")
    assert key in out


def test_data_of_ones_own_is_looked_for(project, numlp):
    params = project / "params.yaml"
    params.write_text(params.read_text().replace("data: cifar10", "data: npz").replace("set: {}", "set: {data: {path: my.npz}}"))
    code, out, _ = numlp("doctor")
    assert (code, level(out, "configuration"), level(out, "data")) == (1, "ok", "error")
    (project / "my.npz").touch()
    assert numlp("doctor")[0] == 0


@pytest.mark.parametrize("content", [None, b"not the archive"], ids=["missing", "altered"])
def test_archive_that_is_not_the_one_is_an_error(project, numlp, monkeypatch, content):
    path = project / "archive.tar.gz"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("CIFAR10_ARCHIVE", str(path))
    code, out, _ = numlp("doctor")
    assert (code, level(out, "data")) == (1, "error")
    assert ("CIFAR10_SHA256=" in out) == (content is not None)


def test_damaged_download_is_an_error(project, numlp):
    (project / "data").mkdir()
    (project / "data/cifar-10-python.tar.gz").write_bytes(b"half")
    code, out, _ = numlp("doctor")
    assert (code, level(out, "data")) == (1, "error")


def test_store_of_another_mlflow_is_an_error(ready, numlp):
    with closing(sqlite3.connect(ready / "mlruns/mlflow.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'abc'")
    code, out, _ = numlp("doctor")
    assert (code, level(out, "MLflow")) == (1, "error")


def test_runs_without_a_process_are_found_and_closed_when_asked(ready, numlp):
    runs = [start_run(ready, ended()), start_run(ready, os.getpid()), start_run(ready, ended(), "another host")]
    client, _ = connect(ready)
    code, out, _ = numlp("doctor")
    assert (code, level(out, "MLflow")) == (0, "warning")
    assert client.get_run(runs[0]).info.status == "RUNNING"
    code, out, _ = numlp("doctor", "--fix")
    assert (code, level(out, "MLflow")) == (0, "ok")
    assert [client.get_run(run).info.status for run in runs] == ["KILLED", "RUNNING", "RUNNING"]


def test_server_that_does_not_answer_is_an_error_without_its_password(project, numlp, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:secret@127.0.0.1:9")
    code, out, _ = numlp("doctor")
    assert (code, level(out, "MLflow")) == (1, "error")
    assert "secret" not in out
