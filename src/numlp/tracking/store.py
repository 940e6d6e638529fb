"""The store: its address, its first use by many processes at once, and the cheapest import of MLflow."""

import gc
import os
import shlex
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

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
SETTINGS = {  # of MLflow
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "CRITICAL",  # what matters is raised as well
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",  # some files of some kB, and it draws in pipes too
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",  # seconds; 120 would hold up the training
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",  # a request made twice can make two runs; the outbox repeats what may be repeated
}


def address(root: Path) -> str:
    """`MLFLOW_TRACKING_URI`, or the project's own: SQLite in `root`/mlruns/mlflow.db, for DVC's copies of the project too.

    Raises:
        UserError: The project's path cannot stand in an address.
    """
    if given := os.environ.get("MLFLOW_TRACKING_URI", "").strip():
        return absolute_address(given, origin(root.resolve()))
    database = _own_database(root)
    plain = not set("%?") & set(str(database))  # versions of SQLAlchemy differ in how they read these two
    require(plain, "MLflow", "a project path without % and ?", "move the project, or set MLFLOW_TRACKING_URI", folder=str(database.parent))
    return f"{SQLITE}{database}"


def _own_database(root: Path) -> Path:
    return (origin(root.resolve()) / "mlruns").resolve() / "mlflow.db"


def connect(root: Path, experiment: str = EXPERIMENT) -> tuple["MlflowClient", str]:
    """The client of the store, and the id of `experiment`; either is made when it is not there.

    Raises:
        UserError: The store cannot be used, or `experiment` was deleted.
    """
    uri = address(root)
    database = database_file(uri)
    artifacts = _artifacts(root, uri)
    quieten()
    with explained(uri), _no_collections():
        from mlflow import MlflowClient

        if database is not None and not database.exists():
            _make(database, artifacts)
        elif database == _own_database(root):
            rebase(database)
        client = MlflowClient(uri)
        return client, _experiment(client, experiment, artifacts)


def quieten() -> None:
    """Set what MLflow reads when it is imported; what the user has set wins."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    for name in ("MLFLOW_ACTIVE_MODEL_ID", "_MLFLOW_ACTIVE_MODEL_ID"):  # a notebook's model, to which MLflow would add each metric
        os.environ.pop(name, None)


def load() -> None:
    """Import MLflow with what the project's own store needs, and do nothing with it."""
    quieten()
    with _no_collections():
        import mlflow.store.tracking.sqlalchemy_store  # noqa: F401


def database_file(uri: str) -> Path | None:
    """The file of an SQLite address; None for any other address."""
    return Path(uri.removeprefix(SQLITE).partition("?")[0]).absolute() if uri.startswith(SQLITE) else None


def is_missing(root: Path) -> bool:
    """Whether the store is an SQLite file that no run has made yet."""
    database = database_file(address(root))
    return database is not None and not database.exists()


def database_stamp(root: Path) -> tuple[int, int] | None:
    """What tells the SQLite file of `root` from another one of its name; None when there is none.

    MLflow keeps the file open: removed, it takes what is logged without an error, and nobody finds it again.
    """
    database = database_file(address(root))
    try:
        status = None if database is None else database.stat()
    except FileNotFoundError:
        status = None
    return None if status is None else (status.st_dev, status.st_ino)


def schema_revisions(root: Path) -> tuple[str, str]:
    """Revision of the SQLite store's tables, and the one that the installed MLflow needs; equal texts when there is no such file yet."""
    database = database_file(address(root))
    if database is None or not database.exists():
        return "", ""
    from mlflow.store.db.utils import _get_latest_schema_revision

    with explained(address(root)), closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(revision), str(_get_latest_schema_revision())  # type: ignore[no-untyped-call]  # MLflow's own


def old_place(database: Path) -> Path | None:
    """The folder beside which a moved or copied database still keeps its artifacts; None when that is its own folder.

    A database that another place shares by a link is nobody's to move.
    """
    if not database.is_file() or database.is_symlink() or database.stat().st_nlink > 1:
        return None
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        row = connection.execute("SELECT artifact_location FROM experiments WHERE name = ?", (EXPERIMENT,)).fetchone()
    location = unquote(urlsplit(row[0] or "").path) if row is not None and str(row[0]).startswith("file:") else ""
    place = Path(location).parent
    return place if location.endswith("/artifacts") and place != database.parent else None


def find_old_place(root: Path) -> Path | None:
    """`old_place` of the project's own store; None for a store that the user names elsewhere.

    Raises:
        UserError: The database cannot be read.
    """
    uri = address(root)
    with explained(uri):
        return old_place(_own_database(root)) if database_file(uri) == _own_database(root) else None


def rebase(database: Path) -> None:
    """Let the runs of a moved or copied project find their files beside `database`, where new ones go too."""
    place = old_place(database)
    if place is None or not os.access(database, os.W_OK):
        return
    before, after = f"{place.as_uri()}/", f"{database.parent.as_uri()}/"
    with closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        for table, column in ADDRESSES:
            update = f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column}, 1, ?) = ?"  # noqa: S608  # both are names of `ADDRESSES`
            connection.execute(update, (after, len(before) + 1, len(before), before))


@contextmanager
def explained(uri: str) -> Iterator[None]:
    """Turn whatever MLflow raises (its own errors, SQLAlchemy's, the system's) into one line for the user; a `UserError` is one already."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        problem = f"the tracking store {without_password(uri)}"
        if is_unreachable(error):
            problem += " does not answer (check MLFLOW_TRACKING_URI)"
        elif isinstance(error, Warning):
            problem = "a warning was turned into an error (check PYTHONWARNINGS)"
        raise UserError(f"MLflow: {problem}: {one_line(error)}") from error


def is_unreachable(error: BaseException | None) -> bool:
    """Whether an error, or what it came from, is one of the connection: then the next request would fail too."""
    while error is not None:
        kinds = {kind.__name__ for kind in type(error).__mro__}  # by name: those of requests and SQLAlchemy are not imported here
        if kinds & {"ConnectionError", "TimeoutError", "Timeout"} or getattr(error, "error_code", "") == "TEMPORARILY_UNAVAILABLE":
            return True
        if "OperationalError" in kinds and "sqlite3" not in str(error):  # of a database's server
            return True
        error = error.__cause__ or error.__context__
    return False


@contextmanager
def _no_collections() -> Iterator[None]:
    """Hold the garbage collector during the first import: looking through what stays anyway takes 1.1 of 2.6 s of a process."""
    if "mlflow" in sys.modules or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
        gc.freeze()  # else the next collection, and those at exit, take the time that was saved
    finally:
        gc.enable()


def _make(database: Path, artifacts: str | None) -> None:
    """Make the database under another name, and rename it: it takes seconds, and a process killed meanwhile leaves no ruin."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    database.parent.mkdir(parents=True, exist_ok=True)
    part = database.with_name(f".{database.name}.part")
    with FileLock(database.with_name(".lock")):
        if database.exists():  # another process was first
            return
        part.unlink(missing_ok=True)
        SqlAlchemyStore(f"{SQLITE}{part}", artifacts).engine.dispose()  # type: ignore[no-untyped-call]  # MLflow's own
        with closing(sqlite3.connect(part)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")  # readers and the one writer then do not wait for each other
        part.replace(database)


def _experiment(client: "MlflowClient", name: str, artifacts: str | None) -> str:
    from mlflow.exceptions import MlflowException

    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        try:
            return str(client.create_experiment(name, artifacts, KIND))
        except MlflowException:
            experiment = client.get_experiment_by_name(name)
            if experiment is None:  # so it was not that another process was first
                raise
    if experiment.lifecycle_stage == "deleted":
        remedy = f"mlflow experiments restore --experiment-id {experiment.experiment_id}"
        uri = without_password(client.tracking_uri)
        raise UserError(f"MLflow: the experiment {name} was deleted; restore it with MLFLOW_TRACKING_URI={shlex.quote(uri)} {remedy}")
    return str(experiment.experiment_id)


def _artifacts(root: Path, uri: str) -> str | None:
    """Where files go: beside the database when it is a file, where a server says, or in the project."""
    if uri.startswith(("http:", "https:")):
        return None
    database = database_file(uri)
    folder = root.resolve() / "mlruns" if database is None else database.parent
    return (folder / "artifacts").as_uri()
