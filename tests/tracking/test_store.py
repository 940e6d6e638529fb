"""The store: which one, and its first use."""

import shutil

import pytest
from tracking_helpers import SERIES, expected, series, start

from numlp.errors import UserError
from numlp.tracking import connect, start_run

WORKER = """
import gc, os, sys
from pathlib import Path
from tracking_helpers import record
from numlp.tracking import start_run

if sys.argv[2:]:  # so many forks of a process that has imported MLflow: they start within a millisecond
    os.environ["MLFLOW_LOGGING_LEVEL"] = "CRITICAL"
    import mlflow.store.tracking.sqlalchemy_store
    gc.freeze()  # else each child looks through all of it, and copies it
    children = []
    for _ in range(int(sys.argv[2])):
        pid = os.fork()
        if pid == 0:
            break
        children.append(pid)
    else:
        sys.exit(sum(os.waitpid(pid, 0)[1] != 0 for pid in children))
with start_run(Path.cwd(), "one of ten", {"p": 1}, {}) as run:
    for step in range(int(sys.argv[1])):
        run.log_record(record(step))
    run.log_dataset("synthetic", "d" * 64, "training")
"""


SLOW = [pytest.param(["10"], 200, marks=pytest.mark.slow, id="ten-forks"), pytest.param([], 200, marks=pytest.mark.slow, id="ten")]


@pytest.mark.parametrize(("forks", "steps"), [pytest.param(["4"], 50, id="forks"), *SLOW])
def test_processes_at_once_share_a_fresh_store_that_an_earlier_one_did_not_finish(tmp_path, forks, steps):
    """Each run is there with each value once."""
    (tmp_path / "mlruns").mkdir()
    (tmp_path / "mlruns" / ".mlflow.db.part").write_bytes(b"cut off")
    count = int(*forks) if forks else 10
    workers = [start(tmp_path, WORKER, str(steps), *forks) for _ in range(1 if forks else count)]
    said = [worker.communicate(timeout=300) for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * len(workers), said
    assert said == [("", "")] * len(workers)
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
    with start_run(project, "away", {}, {}) as run:
        pass
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert list(project.iterdir()) == []
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{elsewhere}?timeout=9")
    client, experiment = connect(tmp_path)
    assert [found.info.run_id for found in client.search_runs([experiment])] == [run.id]


def test_a_file_that_is_no_database_is_one_line(project):
    (project / "mlruns" / "mlflow.db").write_bytes(b"not a database" * 100)
    with pytest.raises(UserError, match=r"^MLflow: the tracking store sqlite:.* does not answer .*: .*not a database[^\n]*$"):
        connect(project)


@pytest.mark.parametrize("name", ["100%", "what?"])
def test_a_path_that_cannot_stand_in_an_address_is_refused(tmp_path, name):
    with pytest.raises(UserError, match=r"expected a project path without % and \?, got "):
        connect(tmp_path / name)
