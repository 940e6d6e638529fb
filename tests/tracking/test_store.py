"""The store: which one, and its first use."""

import os
import shutil
from pathlib import Path

import pytest
from tracking_helpers import SERIES, expected, logged, series, start

from numlp.errors import UserError
from numlp.paths import absolute_address, settle_addresses
from numlp.tracking.store import address, connect, opened

WORKER = """
import gc, os, sys
from pathlib import Path
from tracking_helpers import record
from numlp.tracking import run
from numlp.tracking.sending import About

os.environ["MLFLOW_LOGGING_LEVEL"] = "CRITICAL"
import mlflow.store.tracking.sqlalchemy_store
gc.freeze()  # else each child looks through all of it, and copies it
children = []
for _ in range(int(sys.argv[2])):  # forks of a process that has imported MLflow start within a millisecond
    pid = os.fork()
    if pid == 0:
        break
    children.append(pid)
else:
    sys.exit(sum(os.waitpid(pid, 0)[1] != 0 for pid in children))
run.EVERY = 0.0  # each record is a request of its own
with run.track(Path.cwd(), None, About("one of ten", {"p": 1}, dataset=("synthetic", "d" * 64))) as tracker:
    for step in range(int(sys.argv[1])):
        tracker.log(record(step))
"""


@pytest.mark.parametrize(("count", "steps"), [(4, 5), pytest.param(10, 20, marks=pytest.mark.slow)])
def test_processes_at_once_share_a_fresh_store_that_an_earlier_one_did_not_finish(tmp_path, count, steps):
    (tmp_path / "mlruns").mkdir()
    (tmp_path / "mlruns" / ".mlflow.db.part").write_bytes(b"cut off")
    worker = start(tmp_path, WORKER, str(steps), str(count))
    assert (worker.communicate(timeout=300), worker.returncode) == (("", ""), 0)
    client, experiment = connect(tmp_path)
    runs = client.search_runs([experiment])
    assert [run.info.status for run in runs] == ["FINISHED"] * count
    assert [len(run.inputs.dataset_inputs) for run in runs] == [1] * count
    for run in runs:
        assert all(series(client, run.info.run_id, name) == expected(range(steps), name) for name in SERIES)


def test_the_environment_s_address_wins(tmp_path, empty_store, monkeypatch):
    elsewhere = tmp_path / "elsewhere.db"
    shutil.copy(empty_store, elsewhere)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{elsewhere}")
    project = tmp_path / "project"
    project.mkdir()
    run_id = logged(project, "away")
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert list(project.iterdir()) == []
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{elsewhere}?timeout=9")
    client, experiment = connect(tmp_path)
    assert [found.info.run_id for found in client.search_runs([experiment])] == [run_id]


def test_a_file_that_is_no_database_is_one_line(project):
    (project / "mlruns" / "mlflow.db").write_bytes(b"not a database" * 100)
    with pytest.raises(UserError, match=r"^MLflow: the tracking store sqlite:.*: .*not a database[^\n]*$"), opened(project):
        pass


def test_a_deleted_experiment_names_the_command_that_restores_it(project, client):
    experiment = connect(project)[1]
    client.delete_experiment(experiment)
    with pytest.raises(UserError, match=f"mlflow experiments restore --experiment-id {experiment}$"):
        connect(project)
    client.restore_experiment(experiment)
    assert connect(project)[1] == experiment


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("sqlite:///mlruns/mlflow.db", "sqlite:////project/mlruns/mlflow.db"),
        ("sqlite+pysqlite:///./m.db?timeout=9", "sqlite+pysqlite:////project/m.db?timeout=9"),
        ("sqlite:////a/m.db", "sqlite:////a/m.db"),
        ("mlruns", "/project/mlruns"),
        ("http://host:5000", "http://host:5000"),
        ("databricks", "databricks"),
    ],
)
def test_relative_paths_in_addresses_count_from_the_project(given, expected):
    assert absolute_address(given, Path("/project")) == expected


def test_an_experiment_of_dvc_logs_where_the_project_s_relative_address_says(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///mlruns/mlflow.db")
    copy = tmp_path / ".dvc" / "tmp" / "exps" / "standalone" / "tmp1"
    copy.mkdir(parents=True)
    assert address(copy) == address(tmp_path) == f"sqlite:///{tmp_path}/mlruns/mlflow.db"
    monkeypatch.chdir(copy)
    settle_addresses()
    assert os.environ["MLFLOW_TRACKING_URI"] == f"sqlite:///{tmp_path}/mlruns/mlflow.db"


@pytest.mark.parametrize("name", ["100%", "what?"])
def test_a_path_that_cannot_stand_in_an_address_is_refused(tmp_path, name):
    with pytest.raises(UserError, match=r"expected a project path without % and \?, got "):
        connect(tmp_path / name)
