"""The tracking store: its address, its first use by many processes at once, and the one place that imports MLflow."""

import gc
import logging
import os
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from filelock import FileLock

from numlp.errors import UserError, one_line, require, without_password
from numlp.paths import absolute_address, origin

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "numlp"
KIND = {"mlflow.experimentKind": "custom_model_development"}  # else MLflow's pages show conversations first
SQLITE = "sqlite:///"
ADDRESSES = (  # tables and columns of MLflow that hold absolute addresses of files
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
SETTINGS = {  # of MLflow, which reads them when it is imported; what the user has set wins
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "CRITICAL",  # what matters is raised as well
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",  # some files of some kB, and it draws in pipes too
    "MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool",  # a connection that stays open would go on to write into a deleted database
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",  # seconds; 120 would hold up the training
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",  # a request made twice can make two runs
}


class Store(NamedTuple):
    """An open store, and the id of one of its experiments."""

    client: "MlflowClient"
    experiment: str


@cache
def load_mlflow() -> Any:
    """The module `mlflow`, which takes a second or two to import: no command waits for it that does not need it."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    for name in ("MLFLOW_ACTIVE_MODEL_ID", "_MLFLOW_ACTIVE_MODEL_ID"):  # a notebook's model, to which MLflow would add each metric
        os.environ.pop(name, None)
    gc.disable()  # looking through what stays anyway takes a third of the time
    import mlflow.system_metrics.system_metrics_monitor

    gc.freeze()
    gc.enable()
    logging.getLogger("mlflow.store.db.utils").setLevel("WARNING")  # it tells of each connection, if the user imported MLflow first
    return mlflow


def address(root: Path) -> str:
    """`MLFLOW_TRACKING_URI`, or the project's own: SQLite in `root`/mlruns/mlflow.db, for DVC's copies of the project too."""
    if given := os.environ.get("MLFLOW_TRACKING_URI", "").strip():
        return absolute_address(given, origin(root.resolve()))
    database = _own_database(root)
    plain = not set("%?") & set(str(database))  # versions of SQLAlchemy differ in how they read these two
    require(plain, "MLflow", "a project path without % and ?", "move the project, or set MLFLOW_TRACKING_URI", folder=str(database.parent))
    return f"{SQLITE}{database}"


def connect(root: Path, experiment: str = EXPERIMENT) -> Store:
    """Open the store of the project in `root`, and make it and `experiment` where they are missing; errors are MLflow's own."""
    uri, mlflow = address(root), load_mlflow()
    database = database_file(uri)
    if database is not None and not database.exists():
        _make(database)
    elif database == _own_database(root):
        _rebase(database)
    client, folder = mlflow.MlflowClient(uri), root.resolve() / "mlruns" if database is None else database.parent
    artifacts = None if uri.startswith(("http:", "https:")) else (folder / "artifacts").as_uri()  # a server has a place of its own
    return Store(client, _find_experiment(client, experiment, artifacts))


@contextmanager
def opened(root: Path, experiment: str = EXPERIMENT) -> Iterator[Store]:
    """The open store; whatever MLflow raises (its own errors, SQLAlchemy's, the system's) is one line for the user, a `UserError`."""
    try:
        yield connect(root, experiment)
    except UserError:
        raise
    except Exception as error:
        remedy = "; check MLFLOW_TRACKING_URI" if os.environ.get("MLFLOW_TRACKING_URI") else ""
        raise UserError(f"MLflow: the tracking store {without_password(address(root))}: {one_line(error)}{remedy}") from error


def database_file(uri: str) -> Path | None:
    """The file of an SQLite address; None for any other address."""
    return Path(uri.removeprefix(SQLITE).partition("?")[0]).absolute() if uri.startswith(SQLITE) else None


def is_missing(root: Path) -> bool:
    """Whether the store is an SQLite file that no run has made yet."""
    database = database_file(address(root))
    return database is not None and not database.exists()


def _own_database(root: Path) -> Path:
    return (origin(root.resolve()) / "mlruns").resolve() / "mlflow.db"


def _rebase(database: Path) -> None:
    """Let the runs of a moved or copied project find their files beside its database, unless another place shares that by a link."""
    if database.is_symlink() or database.stat().st_nlink > 1 or not os.access(database, os.W_OK):
        return
    with closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        row = connection.execute("SELECT artifact_location FROM experiments WHERE name = ?", (EXPERIMENT,)).fetchone()
        before, after = str(row[0] if row else ""), (database.parent / "artifacts").as_uri()
        if before != after and before.startswith("file:") and before.endswith("/artifacts"):
            for table, column in ADDRESSES:
                update = f"UPDATE {table} SET {column} = replace({column}, ?, ?)"  # noqa: S608 (both are names of `ADDRESSES`)
                connection.execute(update, (before, after))


def _make(database: Path) -> None:
    """Make the database under another name, and rename it: a first use of a file by several processes, or interrupted, ruins it."""
    database.parent.mkdir(parents=True, exist_ok=True)
    part = database.with_name(f".{database.name}.part")
    with FileLock(database.with_name(".lock")):
        if not database.exists():  # else another process was first
            part.unlink(missing_ok=True)
            load_mlflow().MlflowClient(f"{SQLITE}{part}").search_experiments()
            part.replace(database)


def _find_experiment(client: "MlflowClient", name: str, artifacts: str | None) -> str:
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        try:
            return client.create_experiment(name, artifacts, KIND)
        except load_mlflow().exceptions.MlflowException:
            experiment = client.get_experiment_by_name(name)
            if experiment is None:  # so it was not that another process was first
                raise
    if experiment.lifecycle_stage == "deleted":
        remedy = f"mlflow experiments restore --experiment-id {experiment.experiment_id}"
        uri = without_password(client.tracking_uri)
        raise UserError(f"MLflow: the experiment {name} was deleted; restore it with MLFLOW_TRACKING_URI={shlex.quote(uri)} {remedy}")
    return str(experiment.experiment_id)
