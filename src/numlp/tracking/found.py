"""Runs of the store by their id or name, and their files."""

from pathlib import Path

from numlp.errors import require
from numlp.tracking.store import EXPERIMENT, address, connect, explained


def run_files(root: Path, name: str, experiment: str = EXPERIMENT) -> Path:
    """The folder of the files of a run: that of the id `name`, else the newest that is called so.

    Files of a remote store are copied to a temporary folder.

    Raises:
        UserError: The store cannot be used, or has no such run.
    """
    client, experiment_id = connect(root, experiment)
    with explained(address(root)):
        runs = client.search_runs([experiment_id], f"attributes.run_id = '{name}'") if name.isalnum() else []
        quoted = name.replace("'", "")
        runs = runs or client.search_runs([experiment_id], f"attributes.run_name = '{quoted}'", max_results=1)
    require(len(runs) > 0, name, "a folder of a run, or the id or name of one in MLflow")
    with explained(address(root)):
        files = client.list_artifacts(runs[0].info.run_id)
    require(len(files) > 0, name, "a run with files; MLflow has none of this one (its sweep with sweep.rerun=true trains it again)")
    with explained(address(root)):
        from mlflow.artifacts import download_artifacts

        return Path(download_artifacts(run_id=runs[0].info.run_id, artifact_path="", tracking_uri=address(root)))
