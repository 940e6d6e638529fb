"""The trained runs of a project as a table, for `numlp runs` and `numlp.runs`."""

import math
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from numlp.errors import UserError, did_you_mean
from numlp.paths import enter_project, require_project
from numlp.tracking.queries import KEPT, PARENT, SWEEP, search
from numlp.tracking.store import Store, is_missing, load_mlflow, opened

if TYPE_CHECKING:
    from mlflow.entities import Run as Entity

OF_SEVERAL = {SWEEP, "seeds"}  # tags of runs that train nothing: a sweep's own, and the mean over the seeds of a trial
FIGURES = {"epochs": ("epoch",), "val_accuracy": ("final/val_accuracy", "accuracy/val"), "test_accuracy": ("final/test_accuracy",)}
COLUMNS = ("id", "name", "started", "status", "sweep", "dataset", *FIGURES)
SIMPLE = re.compile(r"([\w.]+)=([^=\s'\"`]+)")  # a condition KEY=VALUE; any other is a filter of MLflow's
WORDS = {"None": "null", "True": "true", "False": "false"}  # as the command line takes them


def runs(conditions: str = "", sweep: str | None = None) -> pd.DataFrame:
    """The trained runs of the project around the current directory, the newest first; empty where MLflow has none.

    A row is a run: `id`, `name`, `started`, `status`, `sweep` (the id of the sweep's run, or ""), `dataset` (its name), `epochs`,
    `val_accuracy` and `test_accuracy` (fractions), then a column per setting (`lam`, `optim`) and per metric (`final/val_cost`). The
    parent run of a sweep and the means over seeds are no rows. The status is running, finished, failed, killed, diverged, pruned, or
    cached: an earlier sweep trained this run. The validation accuracy of an unfinished run is that of its latest evaluation point;
    a diverged run has none.

    Args:
        conditions: A setting, such as "norm=none", or MLflow's filter, such as "metrics.`final/val_accuracy` > 0.5".
        sweep: Only the runs of one sweep: its id, the first characters of it, its name, or "" for the newest.

    Raises:
        UserError: There is no project, the store cannot be used, `conditions` is neither, or there is no such sweep.
    """
    with enter_project():
        require_project(Path.cwd())
        return list_runs(Path.cwd(), [conditions] if conditions else [], sweep, metrics=True)


def list_runs(root: Path, conditions: Sequence[str] = (), sweep: str | None = None, metrics: bool = False) -> pd.DataFrame:
    """The table that `runs` describes, of the project in `root`, all `conditions` met; text in it as the command line takes it."""
    entities: list[Entity] = []
    filters = " and ".join(text for text in conditions if not SIMPLE.fullmatch(text))
    if not is_missing(root):
        with opened(root) as store:
            try:
                entities = [run for run in search(store, filters) if not OF_SEVERAL & set(run.data.tags)]
            except load_mlflow().exceptions.MlflowException as error:
                if error.error_code != "INVALID_PARAMETER_VALUE":
                    raise
                expected = "KEY=VALUE, or an MLflow filter such as \"metrics.`final/val_accuracy` > 0.5 and params.norm = 'none'\""
                raise UserError(f"filter {filters!r}: expected {expected}; MLflow says: {str(error).splitlines()[0]}") from error
            if sweep is not None:
                parent = _find_sweep(store, sweep)
                entities = [run for run in entities if run.data.tags.get(PARENT) == parent]
    known = sorted({key for run in entities for key in run.data.params})
    for key, value in (match.groups() for text in conditions if (match := SIMPLE.fullmatch(text))):
        if entities and key not in known:
            raise UserError(f"filter {key}={value}: no run has a setting {key!r}{did_you_mean(key, known)}")
        entities = [run for run in entities if _is_same(_row(run).get(key, ""), value)]
    table = pd.DataFrame([_row(run) for run in entities])
    settings = sorted({key for run in entities for key in run.data.params})
    table = table.reindex(columns=[*COLUMNS, *settings]).assign(**{key: _as_numbers(table[key]) for key in settings})
    return pd.concat([table, pd.DataFrame([run.data.metrics for run in entities])], axis=1) if metrics else table


def _is_same(logged: str, wanted: str) -> bool:
    """Whether two texts say the same number, or the same."""
    try:
        return float(logged) == float(wanted)
    except ValueError:
        return logged == wanted


def _as_numbers(column: pd.Series) -> pd.Series:
    """The numbers of a column of text, if all are numbers; else the text."""
    try:
        return pd.to_numeric(column)
    except ValueError:
        return column


def _row(run: "Entity") -> dict[str, Any]:
    info, data = run.info, run.data
    marks = {"diverged": "diverged", "pruned": "pruned", KEPT: "cached"}  # by tag
    status = next((status for tag, status in marks.items() if tag in data.tags), str(info.status).lower())
    started = datetime.fromtimestamp(info.start_time / 1000)  # in local time
    settings = {key: WORDS.get(value, value.replace(", ", ",")) for key, value in data.params.items()}
    figures = [next((data.metrics[name] for name in names if name in data.metrics), math.nan) for names in FIGURES.values()]
    if status == "diverged":  # its metrics are the worst there can be, for searches; a mean is not to count them
        figures[1:] = [math.nan, math.nan]
    about = (info.run_id, info.run_name, started, status, data.tags.get(PARENT, ""), data.tags.get("dataset", ""), *figures)
    return settings | dict(zip(COLUMNS, about, strict=True))


def _find_sweep(store: Store, name: str) -> str:
    """The id of the newest sweep with this name, or whose id begins so."""
    sweeps = {str(run.info.run_id): str(run.info.run_name) for run in search(store, f"tags.{SWEEP} LIKE '%'")}
    sweep_id = next((run_id for run_id, title in sweeps.items() if name in ("", title) or run_id.startswith(name)), None)
    if sweep_id is None:
        names = ", ".join(dict.fromkeys(sweeps.values())) or "none yet"
        raise UserError(f"sweep not found in MLflow: {name or 'the newest'}; give an id, its first characters, or a name: {names}")
    return sweep_id
