"""Runs of the store by their id or name, and their files."""

import re
from pathlib import Path

from numlp.errors import require
from numlp.tracking.store import EXPERIMENT, address, connect, explained


def run_files(root: Path, name: str, experiment: str = EXPERIMENT) -> Path:
    """The folder of the files of a run: that whose id is `name` or begins so, else the newest that is called so.

    Files of a remote store are copied to a temporary folder.

    Raises:
        UserError: The store cannot be used, or has no such run, or several whose ids begin so.
    """
    client, experiment_id = connect(root, experiment)
    with explained(address(root)):
        runs = client.search_runs([experiment_id], f"attributes.run_id LIKE '{name}%'", max_results=2) if _is_id(name) else []
        require(len(runs) < 2, name, "more of the id: several runs in MLflow have one that begins so")
        quoted = name.replace("'", "")
        runs = runs or client.search_runs([experiment_id], f"attributes.run_name = '{quoted}'", max_results=1)
    require(len(runs) > 0, name, "a folder of a run, or the id or name of one in MLflow")
    with explained(address(root)):
        from mlflow.artifacts import download_artifacts

        return Path(download_artifacts(run_id=runs[0].info.run_id, artifact_path="", tracking_uri=address(root)))


def _is_id(name: str) -> bool:
    """Whether this can be an id, or what one begins with that `numlp runs` shows."""
    return re.fullmatch(r"[0-9a-f]{8,32}", name) is not None
