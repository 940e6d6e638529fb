"""Runs of the store: found by their tags, their name or their id; and those closed whose process is gone.

A store that cannot be used is a `UserError`.
"""

import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from numlp.errors import UserError
from numlp.tracking.store import Store, address, is_missing, load_mlflow, opened

if TYPE_CHECKING:
    from mlflow.entities import Run as Entity

SWEEP, TRIAL = "sweep", "trial"  # tags: the digest of a sweep, on its own run; what tells a job of a sweep from its other jobs
KEPT = "kept"  # tag of a run that shows what an earlier sweep trained, without its files
PARENT = "mlflow.parentRunId"
UNKNOWN = "none"
NAMESPACE = Path("/proc/self/ns/pid")  # of process numbers, on Linux: two containers can have one host name and the same numbers

log = logging.getLogger(__name__)


def search(store: Store, conditions: str) -> "Iterator[Entity]":
    """All runs that meet MLflow's filter `conditions`, the newest first."""
    token: str | None = None
    while token != "":
        order = ["attributes.start_time DESC"]
        page = store.client.search_runs([store.experiment], conditions, order_by=order, max_results=1000, page_token=token)
        yield from page
        token = page.token or ""


def find_run(root: Path, model_digest: str) -> str | None:
    """The id of the newest run with the tag `model_digest`; None when there is none, or no store."""
    if is_missing(root):
        return None
    with opened(root) as store:
        run = next(search(store, f"tags.model_digest = '{model_digest}'"), None)
        return None if run is None else str(run.info.run_id)


def find_abandoned(root: Path, close: bool = False) -> list[str]:
    """Names of runs that are RUNNING in the store though their process on this machine is gone; with `close` they become KILLED."""
    if is_missing(root):
        return []
    with opened(root) as store:
        runs = [run for run in search(store, "attributes.status = 'RUNNING'") if has_process(run) is False]
        for run in runs if close else ():
            store.client.set_terminated(run.info.run_id, "KILLED")
    return [str(run.info.run_name) for run in runs]


def has_process(run: "Entity") -> bool | None:
    """Whether the process of a run is there, one of Python as numbers are given again; None for another machine's or container's."""
    tags, here = run.data.tags, pid_namespace()
    if tags.get("host") != socket.gethostname() or tags.get("pid_namespace", here) != here:
        return None
    try:
        return any("python" in part or "numlp" in part for part in psutil.Process(int(tags["pid"])).cmdline())
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # another user's
        return True


def pid_namespace() -> str:
    """The namespace of this process's number."""
    return str(NAMESPACE.readlink()) if NAMESPACE.is_symlink() else UNKNOWN


def run_files(root: Path, name: str) -> tuple[str, Path]:
    """The name, with the id where that was given, and the folder of a run: that whose id begins with `name`, else the newest of that name.

    Where several have the name a warning says which is taken. Files of a remote store are copied to a temporary folder.

    Raises:
        UserError: The store has no such run, none with files, or several whose ids begin so.
    """
    with opened(root) as store:
        runs = list(search(store, f"attributes.run_id LIKE '{name}%'")) if re.fullmatch(r"[0-9a-f]{8,32}", name) else []
        if len(runs) > 1:
            raise UserError(f"{name}: several run ids in MLflow begin like this; give more characters")
        runs = runs or list(search(store, "attributes.run_name = '{}'".format(name.replace("'", ""))))
        if not runs:
            raise UserError(f"run not found: {name} is no directory of a run, and no id or name in MLflow; numlp runs lists the runs")
        if all(KEPT in run.data.tags for run in runs):  # then those of the same settings and code in earlier sweeps
            runs = list(search(store, f"tags.{TRIAL} = '{runs[0].data.tags[TRIAL]}'"))
        trained = [run for run in runs if KEPT not in run.data.tags]
        if not trained:
            raise UserError(f"{name}: MLflow has no files of this cached run; train it again with hydra.sweeper.rerun=true")
        run_id, title = trained[0].info.run_id, str(trained[0].info.run_name)
        if len(trained) > 1:
            log.warning("%d runs are named %s; numlp uses the newest, %s", len(trained), name, run_id)
        download = load_mlflow().artifacts.download_artifacts
        shown = title if title == name else f"{title} ({run_id[:8]})"
        return shown, Path(download(run_id=run_id, artifact_path="", tracking_uri=address(root)))
