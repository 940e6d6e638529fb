"""A sweep's run and its members', found again by their tags when the same command goes on."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from numlp.tracking.store import EXPERIMENT, address, connect, explained
from numlp.tracking.store_checks import alive

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as Entity

SWEEP, TRIAL = "sweep", "trial"  # tags: the sweep's digest, the digest of a trial's record
PARENT = "mlflow.parentRunId"
PAGE = 1000
NEWEST = ["attributes.start_time DESC"]


@dataclass(frozen=True)
class Child:
    """A member's run as the store has it."""

    run_id: str
    status: str


def find_sweep(root: Path, digest: str) -> str:
    """The id of the newest run with the tag `sweep` that no process of this machine is in; empty when there is none.

    Raises:
        UserError: The store cannot be used.
    """
    client, experiment = connect(root, EXPERIMENT)
    with explained(address(root)):
        found = search(client, experiment, f"tags.{SWEEP} = '{digest}'")
        return next((str(run.info.run_id) for run in found if not _in_use(run)), "")


def children(root: Path, parent: str) -> dict[str, Child]:
    """The members' runs by their tag `trial`.

    Raises:
        UserError: The store cannot be used.
    """
    client, experiment = connect(root, EXPERIMENT)
    with explained(address(root)):
        found = [run for run in _members(client, experiment, parent) if TRIAL in run.data.tags]
    return {run.data.tags[TRIAL]: Child(run.info.run_id, run.info.status) for run in found}


def close_abandoned(root: Path, parent: str) -> None:
    """Mark members KILLED that are RUNNING in the store though their process on this machine is gone.

    Raises:
        UserError: The store cannot be used.
    """
    client, experiment = connect(root, EXPERIMENT)
    with explained(address(root)):
        for run in _members(client, experiment, parent):
            if run.info.status == "RUNNING" and _here(run) and not _in_use(run):
                client.set_terminated(run.info.run_id, "KILLED")


def _in_use(run: "Entity") -> bool:
    """Whether a process of this machine trains it now."""
    return run.info.status == "RUNNING" and _here(run) and alive(int(run.data.tags["pid"]))


def _here(run: "Entity") -> bool:
    return run.data.tags.get("host") == socket.gethostname()


def _members(client: "MlflowClient", experiment: str, parent: str) -> "Iterator[Entity]":
    return search(client, experiment, f"tags.`{PARENT}` = '{parent}'")


def search(client: "MlflowClient", experiment: str, conditions: str) -> "Iterator[Entity]":
    """All runs that meet MLflow's filter `conditions`, the newest first."""
    token: str | None = None
    while True:
        page = client.search_runs([experiment], conditions, order_by=NEWEST, max_results=PAGE, page_token=token)
        yield from page
        token = page.token
        if not token:
            return
