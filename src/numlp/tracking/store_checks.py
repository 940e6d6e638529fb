"""The state of the store, and runs that are RUNNING in it though their process is gone."""

import socket
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from numlp.tracking.store import EXPERIMENT, address, connect, database_file, explained, without_password


@dataclass(frozen=True)
class Abandoned:
    """A run whose process was killed before it could close it."""

    run_id: str
    name: str
    pid: int


def schema(root: Path) -> tuple[str, str]:
    """Version of the SQLite store's tables, and the one that the installed MLflow needs; equal texts when there is no such file yet."""
    database = database_file(address(root))
    if database is None or not database.exists():
        return "", ""
    from mlflow.store.db.utils import _get_latest_schema_revision

    with explained(address(root)), closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        (found,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found), str(_get_latest_schema_revision())  # type: ignore[no-untyped-call]  # MLflow's own


def abandoned(root: Path) -> list[Abandoned]:
    """Runs of this machine that are RUNNING without a process; none when there is no store.

    Raises:
        UserError: The store cannot be used.
    """
    database = database_file(address(root))
    if database is not None and not database.exists():
        return []
    client, experiment = connect(root, EXPERIMENT)
    with explained(address(root)):
        running = client.search_runs([experiment], "attributes.status = 'RUNNING'", max_results=1000)
    here = [run for run in running if run.data.tags.get("host") == socket.gethostname()]
    gone = [run for run in here if not alive(int(run.data.tags["pid"]))]
    return [Abandoned(run.info.run_id, str(run.info.run_name), int(run.data.tags["pid"])) for run in gone]


def close(root: Path, runs: list[Abandoned]) -> None:
    """Mark them KILLED, which they were."""
    client, _ = connect(root, EXPERIMENT)
    with explained(address(root)):
        for run in runs:
            client.set_terminated(run.run_id, "KILLED")


def store_name(root: Path) -> str:
    """The store's address as it may be shown."""
    return without_password(address(root))


def alive(pid: int) -> bool:
    """Whether a process with Python's name in its command has this number: numbers are given out again."""
    import psutil  # 20 ms, which no training has to wait for

    try:
        return any("python" in word or "numlp" in word for word in psutil.Process(pid).cmdline())
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # another user's process
        return True
