"""Runs of the store: found by their tags, their name or their id, and listed; and those closed whose process is gone."""

import logging
import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from numlp.errors import UserError, require
from numlp.tracking.store import Store, address, is_missing, load_mlflow, opened

if TYPE_CHECKING:
    from mlflow.entities import Run as Entity

SWEEP, TRIAL = "sweep", "trial"  # tags: the digest of a sweep, on its own run; what tells a job of a sweep from its other jobs
KEPT = "kept"  # tag of a run that shows what an earlier sweep trained, without its files
OF_SEVERAL = {SWEEP, "seeds"}  # tags of runs that train nothing: a sweep's own, and the mean over the seeds of a trial
PARENT = "mlflow.parentRunId"
PAGE = 1000
NEWEST = ["attributes.start_time DESC"]
UNKNOWN = "none"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ListedRun:
    """A run as the store has it.

    Attributes:
        started: In local time.
        status: running, finished, failed or killed; diverged or pruned where the run says so.
        sweep: The id of its sweep's run; empty for a run of its own.
        params: Its settings, as MLflow keeps them.
        metrics: The last value of each.
    """

    run_id: str
    name: str
    started: datetime
    status: str
    sweep: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]


def search(store: Store, conditions: str) -> "Iterator[Entity]":
    """All runs that meet MLflow's filter `conditions`, the newest first."""
    token: str | None = None
    while True:
        page = store.client.search_runs([store.experiment], conditions, order_by=NEWEST, max_results=PAGE, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def find_run(root: Path, model_digest: str) -> str | None:
    """The id of the newest run with the tag `model_digest`; None when there is none, or no store.

    Raises:
        UserError: The store cannot be used.
    """
    require(model_digest.isalnum(), "model_digest", "letters and digits", model_digest=model_digest)
    if is_missing(root):
        return None
    with opened(root) as store:
        run = next(search(store, f"tags.model_digest = '{model_digest}'"), None)
        return None if run is None else str(run.info.run_id)


def list_runs(root: Path, conditions: str = "", sweep: str | None = None) -> list[ListedRun]:
    """Trained runs, the newest first, that meet MLflow's filter `conditions`; none where there is no store.

    Args:
        root: The project's folder.
        conditions: In MLflow's language.
        sweep: Only the runs of one sweep: its id, how it begins, its name, or "" for the newest.

    Raises:
        UserError: The store cannot be used, `conditions` are no filter, or there is no such sweep.
    """
    if is_missing(root):
        return []
    with opened(root) as store:
        try:
            runs = [run for run in search(store, conditions) if not OF_SEVERAL & set(run.data.tags)]
        except load_mlflow().exceptions.MlflowException as error:
            if error.error_code != "INVALID_PARAMETER_VALUE":
                raise
            expected = "KEY=VALUE, or an MLflow filter such as \"metrics.`final/val_accuracy` > 0.5 and params.norm = 'none'\""
            raise UserError(f"--filter {conditions!r}: expected {expected}; MLflow says: {str(error).splitlines()[0]}") from error
        if sweep is not None:
            parent = _find_sweep(store, sweep)
            runs = [run for run in runs if run.data.tags.get(PARENT) == parent]
    return [_listed(run) for run in runs]


def find_abandoned(root: Path, close: bool = False) -> list[str]:
    """Names of runs that are RUNNING in the store though their process on this machine is gone; with `close` they become KILLED.

    Raises:
        UserError: The store cannot be used.
    """
    if is_missing(root):
        return []
    with opened(root) as store:
        runs = search_abandoned(store)
        for run in runs if close else ():
            store.client.set_terminated(run.info.run_id, "KILLED")
    return [str(run.info.run_name) for run in runs]


def search_abandoned(store: Store, more: str = "") -> "list[Entity]":
    """Runs that are RUNNING in the store though their process on this machine is gone; those that meet the filter `more` as well."""
    runs = search(store, f"attributes.status = 'RUNNING'{more}")
    return [run for run in runs if _was_here(run) and not is_process_here(run)]


def run_files(root: Path, name: str) -> Path:
    """The folder of the files of a run: that whose id is `name` or begins so, else the newest of that name.

    Where several have the name a warning says which is taken. Files of a remote store are copied to a temporary folder.

    Raises:
        UserError: The store cannot be used, or has no such run, or several whose ids begin so.
    """
    with opened(root) as store:
        is_id = re.fullmatch(r"[0-9a-f]{8,32}", name) is not None  # or how one begins, as `numlp runs` shows it
        runs = list(search(store, f"attributes.run_id LIKE '{name}%'")) if is_id else []
        if len(runs) > 1:
            raise UserError(f"{name}: several run ids in MLflow begin like this; give more characters")
        quoted = name.replace("'", "")
        runs = runs or list(search(store, f"attributes.run_name = '{quoted}'"))
        if not runs:
            raise UserError(f"run not found: {name} is no directory of a run, and no id or name in MLflow; numlp runs lists the runs")
        runs = [run for run in runs if KEPT not in run.data.tags]
        if not runs:
            missing = "an earlier sweep trained this run, and MLflow does not have its files"
            raise UserError(f"{name}: {missing}; train it again with hydra.sweeper.rerun=true")
        if len(runs) > 1:
            log.warning("%d runs are named %s; numlp uses the newest, %s", len(runs), name, runs[0].info.run_id)
        download = load_mlflow().artifacts.download_artifacts
        return Path(download(run_id=runs[0].info.run_id, artifact_path="", tracking_uri=address(root)))


def is_process_here(run: "Entity") -> bool:
    """Whether a run is RUNNING in a process of this machine that is there; one that has Python in its command: numbers are given again."""
    if not _was_here(run):
        return False
    try:
        command = psutil.Process(int(run.data.tags["pid"])).cmdline()
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # another user's
        return True
    return any("python" in part or "numlp" in part for part in command)


def pid_namespace() -> str:
    """The namespace of process numbers, since two containers can have one host name and the same numbers."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:  # not Linux
        return UNKNOWN


def _was_here(run: "Entity") -> bool:
    """Whether the store has it as RUNNING, on this machine and, in a container, in this one."""
    here, tags = pid_namespace(), run.data.tags
    return run.info.status == "RUNNING" and tags.get("host") == socket.gethostname() and tags.get("pid_namespace", here) == here


def _find_sweep(store: Store, name: str) -> str:
    """The id of the newest sweep with this name, or whose id begins so."""
    sweeps = {str(run.info.run_id): str(run.info.run_name) for run in search(store, f"tags.{SWEEP} LIKE '%'")}
    sweep_id = next((run_id for run_id, title in sweeps.items() if name in ("", title) or run_id.startswith(name)), None)
    if sweep_id is None:
        names = ", ".join(dict.fromkeys(sweeps.values())) or "none yet"
        raise UserError(f"sweep not found in MLflow: {name}; give an id, its first characters, or a name: {names}")
    return sweep_id


def _listed(run: "Entity") -> ListedRun:
    info, data = run.info, run.data
    state = next((tag for tag in ("diverged", "pruned") if tag in data.tags), str(info.status).lower())
    started = datetime.fromtimestamp(info.start_time / 1000)
    return ListedRun(info.run_id, str(info.run_name), started, state, data.tags.get(PARENT, ""), data.params, data.metrics)
