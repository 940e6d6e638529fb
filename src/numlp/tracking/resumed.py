"""Going on with a run that was cut off."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient


def take_up(client: "MlflowClient", run_id: str) -> set[tuple[str, int]] | None:
    """Make `run_id` RUNNING again, without the error of its first end.

    Returns:
        The metrics, by name and step, that the store has of it; None when it has no such run (any more).
    """
    from mlflow.exceptions import MlflowException

    if not run_id:
        return None
    try:
        found = client.get_run(run_id)
    except MlflowException:
        return None
    if found.info.lifecycle_stage == "deleted":
        return None
    client.update_run(run_id, status="RUNNING")
    if "error" in found.data.tags:
        client.delete_tag(run_id, "error")
    return {(name, metric.step) for name in found.data.metrics for metric in client.get_metric_history(run_id, name)}
