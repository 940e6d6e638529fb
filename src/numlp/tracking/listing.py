"""The trained runs of a project as a table, for `numlp runs` and `numlp.runs`."""

import math
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from numlp.errors import UserError
from numlp.tracking.queries import PARENT, SWEEP, search
from numlp.tracking.store import Store, is_missing, load_mlflow, opened

if TYPE_CHECKING:
    from mlflow.entities import Run as Entity

OF_SEVERAL = {SWEEP, "seeds"}  # tags of runs that train nothing: a sweep's own, and the mean over the seeds of a trial
FIGURES = {"epochs": ("epoch",), "val_accuracy": ("final/val_accuracy", "accuracy/val"), "test_accuracy": ("final/test_accuracy",)}
COLUMNS = ("id", "name", "started", "status", "sweep", *FIGURES)
WORDS = {"None": "null", "True": "true", "False": "false"}  # as the command line takes them


def list_runs(root: Path, conditions: str = "", sweep: str | None = None) -> pd.DataFrame:
    """A row per trained run, the newest first: `COLUMNS`, then a column per setting, its values as the command line takes them.

    The status is running, finished, failed or killed; diverged or pruned where the run says so. `sweep` is the id of the sweep's run. Of
    an unfinished run, the validation accuracy is that of the latest record.

    Args:
        root: The project's folder; where there is no store, the table is empty.
        conditions: MLflow's filter, which the runs must meet.
        sweep: Only the runs of one sweep: its id, how it begins, its name, or "" for the newest.

    Raises:
        UserError: The store cannot be used, `conditions` are no filter, or there is no such sweep.
    """
    runs: list[Entity] = []
    if not is_missing(root):
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
    table = pd.DataFrame([_row(run) for run in runs])
    return table.reindex(columns=[*COLUMNS, *sorted(set(table.columns) - set(COLUMNS))])


def _row(run: "Entity") -> dict[str, Any]:
    info, data = run.info, run.data
    status = next((tag for tag in ("diverged", "pruned") if tag in data.tags), str(info.status).lower())
    started = datetime.fromtimestamp(info.start_time / 1000)  # in local time
    settings = {key: WORDS.get(value, value.replace(", ", ",")) for key, value in data.params.items()}
    figures = [next((data.metrics[name] for name in names if name in data.metrics), math.nan) for names in FIGURES.values()]
    about = (info.run_id, info.run_name, started, status, data.tags.get(PARENT, ""), *figures)
    return settings | dict(zip(COLUMNS, about, strict=True))


def _find_sweep(store: Store, name: str) -> str:
    """The id of the newest sweep with this name, or whose id begins so."""
    sweeps = {str(run.info.run_id): str(run.info.run_name) for run in search(store, f"tags.{SWEEP} LIKE '%'")}
    sweep_id = next((run_id for run_id, title in sweeps.items() if name in ("", title) or run_id.startswith(name)), None)
    if sweep_id is None:
        names = ", ".join(dict.fromkeys(sweeps.values())) or "none yet"
        raise UserError(f"sweep not found in MLflow: {name}; give an id, its first characters, or a name: {names}")
    return sweep_id
