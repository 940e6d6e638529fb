"""The page that compares the project's runs: which columns it shows is kept with MLflow's experiment, as its "share" button does."""

import json
from pathlib import Path

from numlp.tracking.store import EXPERIMENT, address, connect, explained

KEY = "comparison"
TAG = f"mlflow.sharedViewState.{KEY}"
PARAMS = ("norm", "init", "init.sigma", "model")  # what a screen has room for
METRICS = ("final/test_accuracy",)


def comparison(root: Path) -> str:
    """Keep the columns of the runs' table in the store.

    Returns:
        The page's address, from the server's on.

    Raises:
        UserError: The store cannot be used.
    """
    columns = [*(f"params.`{name}`" for name in PARAMS), *(f"metrics.`{name}`" for name in METRICS)]
    view = json.dumps({"selectedColumns": columns, "runListHidden": False, "viewMaximized": True})
    client, experiment = connect(root, EXPERIMENT)
    with explained(address(root)):
        if client.get_experiment(experiment).tags.get(TAG) != view:
            client.set_experiment_tag(experiment, TAG, view)
    return f"/#/experiments/{experiment}/runs?viewStateShareKey={KEY}"
