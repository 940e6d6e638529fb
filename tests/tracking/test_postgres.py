"""Many machines' runs in one store: MLflow's server on PostgreSQL, and eight writers."""

from importlib.util import find_spec

import pytest
from tracking_helpers import SERIES, expected, series, start

from numlp.tracking.store import connect
from servers import free_port, mlflow_server, postgres, postgres_programs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("psycopg") is None, reason="the extra server is not installed"),
    pytest.mark.skipif(postgres_programs() is None, reason="PostgreSQL is not installed"),
]

WRITERS, RECORDS = 8, 100
WRITE = """
import sys
from pathlib import Path
from numlp.tracking.run import track
from numlp.tracking.sending import About
from tracking_helpers import record

name, records = sys.argv[1], int(sys.argv[2])
folder = Path(name + ".out")
with track(Path.cwd(), folder, About(name, {"lam": 0.1})) as run:
    for step in range(records):
        run.log(record(step))
    (folder / "classes.csv").touch()
"""


def test_what_eight_writers_log_at_once_is_there_once(tmp_path, monkeypatch):
    with postgres(free_port()) as database:
        port = free_port()
        with mlflow_server(database.replace(":", "+psycopg:", 1), port, tmp_path):
            monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
            monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "200")  # eight at once on a busy machine
            write(tmp_path)
            client, experiment = connect(tmp_path)
            runs = client.search_runs([experiment])
            assert sorted(run.info.run_name for run in runs) == [f"writer-{i}" for i in range(WRITERS)]
            assert {run.info.status for run in runs} == {"FINISHED"}
            for run in runs:
                assert run.data.params == {"lam": "0.1"}
                assert [item.path for item in client.list_artifacts(run.info.run_id)] == ["classes.csv"]
                for name in SERIES:
                    assert series(client, run.info.run_id, name) == expected(range(RECORDS), name)
        assert rows(database, "metrics") == WRITERS * (RECORDS * len(SERIES) + 3)  # the best of each run
        assert rows(database, "experiments WHERE name = 'numlp'") == 1


def write(folder):
    writers = [start(folder, WRITE, f"writer-{i}", str(RECORDS)) for i in range(WRITERS)]
    for writer in writers:
        _, err = writer.communicate(timeout=240)
        assert writer.returncode == 0, err
        assert "MLflow" not in err


def rows(database, what):
    import psycopg

    with psycopg.connect(database) as connection:
        return connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0]
