"""Runs of the store, found by their tags, their name or their id; and those closed whose process is gone."""

import logging
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from numlp.errors import UserError, require
from numlp.tracking.environment import pid_namespace
from numlp.tracking.store import EXPERIMENT, address, connect, explained, is_missing

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as Entity

SWEEP, TRIAL = "sweep", "trial"  # tags: the sweep's digest, the digest of a trial's record
KEPT = "kept"  # tag of a run that shows what an earlier sweep trained, most often without its files
PARENT = "mlflow.parentRunId"
PAGE = 1000
NEWEST = ["attributes.start_time DESC"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Child:
    """The run of a sweep's job as the store has it."""

    run_id: str
    status: str


@dataclass(frozen=True)
class Abandoned:
    """A run whose process was killed before it could close it."""

    run_id: str
    name: str
    pid: int


def search(client: "MlflowClient", experiment: str, conditions: str) -> "Iterator[Entity]":
    """All runs that meet MLflow's filter `conditions`, the newest first."""
    token: str | None = None
    while True:
        page = client.search_runs([experiment], conditions, order_by=NEWEST, max_results=PAGE, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def find_run(root: Path, model_digest: str, experiment: str = EXPERIMENT) -> str | None:
    """The id of the newest run with the tag `model_digest`; None when there is none, or no store.

    Raises:
        UserError: The store cannot be used.
    """
    require(model_digest.isalnum(), "model_digest", "letters and digits", model_digest=model_digest)
    if is_missing(root):
        return None
    client, experiment_id = connect(root, experiment)
    with explained(address(root)):
        run = next(search(client, experiment_id, f"tags.model_digest = '{model_digest}'"), None)
    return None if run is None else str(run.info.run_id)


def find_sweep(root: Path, digest: str) -> str:
    """The id of the newest run with the tag `sweep` that no process of this machine is in; empty when there is none.

    Raises:
        UserError: The store cannot be used.
    """
    client, experiment = connect(root, EXPERIMENT)
    with explained(address(root)):
        runs = search(client, experiment, f"tags.{SWEEP} = '{digest}'")
        return next((str(run.info.run_id) for run in runs if not (_is_running_here(run) and _is_alive(run))), "")


def find_children(root: Path, parent: str) -> dict[str, Child]:
    """The runs of a sweep's jobs by their tag `trial`.

    Raises:
        UserError: The store cannot be used.
    """
    client, experiment = connect(root, EXPERIMENT)
    with explained(address(root)):
        runs = [run for run in search(client, experiment, f"tags.`{PARENT}` = '{parent}'") if TRIAL in run.data.tags]
    return {run.data.tags[TRIAL]: Child(run.info.run_id, run.info.status) for run in runs}


def find_abandoned(root: Path, parent: str | None = None) -> list[Abandoned]:
    """Runs that are RUNNING in the store though their process on this machine is gone; none when there is no store.

    Args:
        root: The project's folder.
        parent: The id of the run whose children alone count.

    Raises:
        UserError: The store cannot be used.
    """
    if is_missing(root):
        return []
    client, experiment = connect(root, EXPERIMENT)
    conditions = "attributes.status = 'RUNNING'" + ("" if parent is None else f" AND tags.`{PARENT}` = '{parent}'")
    with explained(address(root)):
        gone = [run for run in search(client, experiment, conditions) if _is_running_here(run) and not _is_alive(run)]
    return [Abandoned(run.info.run_id, str(run.info.run_name), int(run.data.tags["pid"])) for run in gone]


def close_abandoned(root: Path, parent: str | None = None) -> list[Abandoned]:
    """Mark the runs that `find_abandoned` finds KILLED, which they were.

    Raises:
        UserError: The store cannot be used.
    """
    runs = find_abandoned(root, parent)
    if runs:
        client, _ = connect(root, EXPERIMENT)
        with explained(address(root)):
            for run in runs:
                client.set_terminated(run.run_id, "KILLED")
    return runs


def run_files(root: Path, name: str, experiment: str = EXPERIMENT) -> Path:
    """The folder of the files of a run: that whose id is `name` or begins so, else the newest of that name.

    Where several have the name a warning says which is taken. Files of a remote store are copied to a temporary folder.

    Raises:
        UserError: The store cannot be used, or has no such run, or several whose ids begin so.
    """
    client, experiment_id = connect(root, experiment)
    with explained(address(root)):
        runs = client.search_runs([experiment_id], f"attributes.run_id LIKE '{name}%'", max_results=2) if _is_id(name) else []
        if len(runs) > 1:
            raise UserError(f"{name}: several run ids in MLflow begin like this; give more characters")
        quoted = name.replace("'", "")
        runs = runs or client.search_runs([experiment_id], f"attributes.run_name = '{quoted}'")
    if not runs:
        raise UserError(f"run not found: {name} is no directory of a run, and no id or name in MLflow; numlp runs lists the runs")
    with explained(address(root)):
        originals = [run for run in runs if run.data.tags.get(KEPT) != "true"]  # the others show what one of these made
        runs = originals or [run for run in runs if client.list_artifacts(run.info.run_id)]
    if not runs:
        raise UserError(
            f"{name}: an earlier sweep trained this run, and MLflow does not have its files; train it again with hydra.sweeper.rerun=true"
        )
    if len(runs) > 1:
        log.warning("%d runs are named %s; numlp uses the newest, %s", len(runs), name, runs[0].info.run_id)
    with explained(address(root)):
        from mlflow.artifacts import download_artifacts

        return Path(download_artifacts(run_id=runs[0].info.run_id, artifact_path="", tracking_uri=address(root)))


def _is_id(name: str) -> bool:
    """Whether this can be an id, or what one begins with that `numlp runs` shows."""
    return re.fullmatch(r"[0-9a-f]{8,32}", name) is not None


def _is_running_here(run: "Entity") -> bool:
    """Whether the store has it as RUNNING, on this machine and, in a container, in this one."""
    here = pid_namespace()
    tags = run.data.tags
    return run.info.status == "RUNNING" and tags.get("host") == socket.gethostname() and tags.get("pid_namespace", here) == here


def _is_alive(run: "Entity") -> bool:
    """Whether a process with Python's name in its command has the number of the run's: numbers are given out again."""
    import psutil

    try:
        command = psutil.Process(int(run.data.tags["pid"])).cmdline()
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # another user's
        return True
    return any("python" in part or "numlp" in part for part in command)
