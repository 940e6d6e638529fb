"""The trained runs of the store, the newest first."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from numlp.errors import UserError
from numlp.tracking.queries import PARENT, SWEEP, search
from numlp.tracking.store import EXPERIMENT, address, connect, explained, is_missing

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as Entity

OF_SEVERAL = {SWEEP, "seeds"}  # tags of runs that train nothing: a sweep's own, and the mean over the seeds of a trial


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


def list_runs(root: Path, conditions: str = "", sweep: str | None = None) -> list[ListedRun]:
    """Runs that meet MLflow's filter `conditions`, of one sweep where `sweep` says which: its id, its name, or "" for the newest.

    A project without a store has none, and gets none.

    Raises:
        UserError: The store cannot be used, `conditions` are no filter, or there is no such sweep.
    """
    if is_missing(root):
        return []
    client, experiment = connect(root, EXPERIMENT)
    with explained(address(root)), _filtered(conditions):
        runs = [run for run in search(client, experiment, conditions) if not OF_SEVERAL & set(run.data.tags)]
        if sweep is not None:
            parent = _sweep(client, experiment, sweep)
            runs = [run for run in runs if run.data.tags.get(PARENT) == parent]
    return [_listed(run) for run in runs]


@contextmanager
def _filtered(conditions: str) -> Iterator[None]:
    """Say what a filter looks like where MLflow refuses `conditions`."""
    from mlflow.exceptions import MlflowException

    try:
        yield
    except MlflowException as error:
        if error.error_code != "INVALID_PARAMETER_VALUE":
            raise
        expected = "KEY=VALUE, or an MLflow filter such as \"metrics.`final/val_accuracy` > 0.5 and params.norm = 'none'\""
        raise UserError(f"--filter {conditions!r}: expected {expected}; MLflow says: {str(error).splitlines()[0]}") from error


def _sweep(client: "MlflowClient", experiment: str, name: str) -> str:
    """The id of the newest sweep with this name, or whose id begins so."""
    sweeps = [run.info for run in search(client, experiment, f"tags.{SWEEP} LIKE '%'")]
    ids = [str(info.run_id) for info in sweeps if name in ("", info.run_name) or str(info.run_id).startswith(name)]
    names = ", ".join(dict.fromkeys(str(info.run_name) for info in sweeps)) or "none yet"
    if not ids:
        raise UserError(f"sweep not found in MLflow: {name}; give an id, its first characters, or a name: {names}")
    return ids[0]


def _listed(run: "Entity") -> ListedRun:
    info, data = run.info, run.data
    state = next((tag for tag in ("diverged", "pruned") if tag in data.tags), str(info.status).lower())
    started = datetime.fromtimestamp(info.start_time / 1000)
    return ListedRun(info.run_id, str(info.run_name), started, state, data.tags.get(PARENT, ""), data.params, data.metrics)
