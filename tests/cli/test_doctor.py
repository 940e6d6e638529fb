"""`numlp doctor` finds what is wrong, says what to do, and changes nothing unless asked."""

import fcntl
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from numlp.tracking import connect


@pytest.fixture
def healthy(project, monkeypatch):
    """A project in which all is well."""
    monkeypatch.delenv("CIFAR10_SHA256", raising=False)
    (project / ".dvc" / "tmp").mkdir(parents=True)
    return project


@pytest.fixture
def stored(healthy, empty_store):
    """With a store."""
    (healthy / "mlruns").mkdir()
    shutil.copy(empty_store, healthy / "mlruns")
    return healthy


def verdict(out, what):
    """The row of a check and those that go on with it."""
    rows = out[out.index(f"\n{what} ") :].splitlines()[1:]
    end = next((i for i, row in enumerate(rows[1:], 1) if not row.startswith("   ")), len(rows))
    return " ".join(" ".join(rows[:end]).split())


def gone():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def running(project, pid, host=None):
    client, experiment = connect(project)
    tags = {"pid": str(pid), "host": socket.gethostname() if host is None else host}
    return client.create_run(experiment, tags=tags, run_name="a run").info.run_id


def test_all_is_well(healthy, numlp):
    code, out, err = numlp("doctor")
    assert (code, err) == (0, "")
    for what in ("packages", "BLAS", "disk", "memory", "configuration", "archive", "DVC cache", "DVC lock", "MLflow store"):
        assert verdict(out, what).split(what)[1].split()[0] in ("ok", "warning")
    assert "0 errors" in out
    assert not (healthy / "mlruns").exists()


def test_a_package_that_is_not_as_pinned(healthy, numlp):
    (healthy / "constraints.txt").write_text("# pins\nnumpy==1.0.0\nno-such-package==1.0\n")
    code, out, _ = numlp("doctor")
    assert code == 0
    assert verdict(out, "packages").startswith("packages warning numpy ")
    assert "instead of 1.0.0" in verdict(out, "packages")
    assert "no-such-package" not in out


def test_what_this_machine_uses_in_place_of_a_choice(healthy, numlp):
    assert "local settings" not in numlp("doctor")[1]
    local = healthy / "conf/local.yaml"
    local.write_text("data: {cifar10: synthetic}\n")
    code, out, _ = numlp("doctor")
    assert code == 0
    found = verdict(out, "local settings")
    assert found.startswith("local settings warning conf/local.yaml: data=synthetic in place of cifar10 -> delete conf/local.yaml")
    local.write_text("optim: {adam: sgd}\n")
    assert verdict(numlp("doctor")[1], "local settings").startswith("local settings ok")
    local.write_text("[")
    code, out, _ = numlp("doctor")
    assert code == 1
    assert verdict(out, "local settings").startswith("local settings error conf/local.yaml: invalid YAML")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("model: mlp3", "model: [mlp3", "params.yaml: invalid YAML: "),
        ("model: mlp3", "model: mlp4", "model: expected one of mlp2, mlp3, mlp9, got mlp4"),
        ("model: mlp3", "model: {hiden: [20]}", ""),
        ("lam: 0.005", "lamda: 0.005", "params.yaml: unknown key 'lamda'; did you mean lam?"),
        ("lam: 0.005", "lam: -1", "lam: expected a number of at least 0, got -1"),
    ],
)
def test_a_configuration_that_does_not_compose(healthy, numlp, old, new, said):
    params = healthy / "params.yaml"
    params.write_text(params.read_text().replace(old, new))
    code, out, _ = numlp("doctor")
    assert code == 1
    assert verdict(out, "configuration").startswith(f"configuration error {said}")
    assert "1 error," in out


@pytest.mark.parametrize(
    ("content", "expected"), [(None, "file not found: "), (b"not the archive", "CIFAR10_SHA256=")], ids=["missing", "altered"]
)
def test_an_archive_that_is_not_the_one(healthy, numlp, monkeypatch, content, expected):
    path = healthy / "archive.tar.gz"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("CIFAR10_ARCHIVE", str(path))
    code, out, _ = numlp("doctor")
    assert code == 1
    assert expected in verdict(out, "archive")


def test_a_download_that_was_damaged(healthy, numlp):
    (healthy / "data").mkdir()
    (healthy / "data" / "cifar-10-python.tar.gz").write_bytes(b"half")
    code, out, _ = numlp("doctor")
    assert code == 1
    assert "delete data/cifar-10-python.tar.gz" in verdict(out, "archive")


def test_a_folder_that_is_no_project(tmp_path, monkeypatch, numlp):
    monkeypatch.chdir(tmp_path)
    code, out, _ = numlp("doctor")
    assert code == 1
    assert "go to the project's directory" in out


def test_dvc_at_work(healthy, numlp):
    lock = healthy / ".dvc/tmp/lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        code, out, _ = numlp("doctor")
    assert code == 0
    assert "DVC lock warning" in verdict(out, "DVC lock")
    assert "DVC lock ok" in verdict(numlp("doctor")[1], "DVC lock")


def test_what_a_killed_dvc_left(healthy, numlp):
    (healthy / ".dvc/tmp/rwlock").write_text(f'{{"write": {{"x": {{"pid": {gone()}, "cmd": "dvc repro"}}}}, "read": {{}}}}')
    code, out, _ = numlp("doctor")
    assert code == 0
    assert "left a lock" in verdict(out, "DVC lock")


def test_a_store_of_another_mlflow(stored, numlp):
    with closing(sqlite3.connect(stored / "mlruns/mlflow.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'abc'")
    code, out, _ = numlp("doctor")
    assert code == 1
    assert "MLflow store error expected database schema " in verdict(out, "MLflow store")


def test_runs_without_a_process_are_found_and_closed_when_asked(stored, numlp):
    dead, alive, elsewhere = running(stored, gone()), running(stored, os.getpid()), running(stored, gone(), "another host")
    client, _ = connect(stored)
    code, out, _ = numlp("doctor")
    assert code == 0
    assert "1 RUNNING without a process: a run" in verdict(out, "MLflow runs")
    assert client.get_run(dead).info.status == "RUNNING"
    code, out, _ = numlp("doctor", "--fix")
    assert code == 0
    assert "marked as KILLED: a run" in out
    assert "MLflow runs" not in out
    assert [client.get_run(run).info.status for run in (dead, alive, elsewhere)] == ["KILLED", "RUNNING", "RUNNING"]


def test_a_server_that_does_not_answer(healthy, numlp, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:secret@127.0.0.1:9")
    code, out, _ = numlp("doctor")
    assert code == 1
    assert "MLflow store error" in verdict(out, "MLflow store")
    assert "secret" not in out
