"""Runs of the store by their id or name, and their files."""

import logging
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from numlp.errors import require
from numlp.tracking.store import EXPERIMENT, address, connect, database_file, explained

KEPT = "kept"  # tag of a run that shows what an earlier sweep trained, most often without its files
log = logging.getLogger(__name__)


def run_names(root: Path) -> list[str]:
    """What runs of the project's own store are called, without MLflow, whose import a shell's completion cannot wait for."""
    database = database_file(address(root))
    if database is None or not database.exists():
        return []
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT DISTINCT name FROM runs WHERE lifecycle_stage = 'active' ORDER BY name")
        return [name for (name,) in rows if " " not in name]  # those of sweeps have blanks, and no model


def run_files(root: Path, name: str, experiment: str = EXPERIMENT) -> Path:
    """The folder of the files of a run: that whose id is `name` or begins so, else the newest of that name.

    Where several have the name a warning says which is taken. Files of a remote store are copied to a temporary folder.

    Raises:
        UserError: The store cannot be used, or has no such run, or several whose ids begin so.
    """
    client, experiment_id = connect(root, experiment)
    with explained(address(root)):
        runs = client.search_runs([experiment_id], f"attributes.run_id LIKE '{name}%'", max_results=2) if _is_id(name) else []
        require(len(runs) < 2, name, "more of the id: several runs in MLflow have one that begins so")
        quoted = name.replace("'", "")
        runs = runs or client.search_runs([experiment_id], f"attributes.run_name = '{quoted}'")
    require(len(runs) > 0, name, "a folder of a run, or the id or name of one in MLflow")
    with explained(address(root)):
        originals = [run for run in runs if run.data.tags.get(KEPT) != "true"]  # the others show what one of these made
        runs = originals or [run for run in runs if client.list_artifacts(run.info.run_id)]
    need = "a run with files; an earlier sweep trained this one, and MLflow does not have its files (sweep.rerun=true trains it)"
    require(len(runs) > 0, name, need)
    if len(runs) > 1:
        log.warning("%d runs are called %s; taking the newest, %s", len(runs), name, runs[0].info.run_id)
    with explained(address(root)):
        from mlflow.artifacts import download_artifacts

        return Path(download_artifacts(run_id=runs[0].info.run_id, artifact_path="", tracking_uri=address(root)))


def _is_id(name: str) -> bool:
    """Whether this can be an id, or what one begins with that `numlp runs` shows."""
    return re.fullmatch(r"[0-9a-f]{8,32}", name) is not None
