"""The page that compares the project's runs: which columns it shows is kept with MLflow's experiment, as its "share" button does."""

import json
from pathlib import Path

from numlp.tracking.store import EXPERIMENT, address, connect, explained

KEY = "comparison"
NAME = "attributes.`Run Name`"
WIDTHS = {  # pixels of what a screen has room for, from left to right; the name of a run needs most of it
    NAME: 370,
    "runDateAndNestInfo": 130,
    "params.`norm`": 80,
    "params.`init`": 90,
    "params.`init.sigma`": 90,
    "params.`model`": 75,
    "metrics.`final/test_accuracy`": 150,
}


def comparison(root: Path) -> str:
    """Keep the columns of the runs' table in the store, and that it is of models, not of conversations.

    Returns:
        The page's address, from the server's on.

    Raises:
        UserError: The store cannot be used.
    """
    chosen = [column for column in WIDTHS if column.startswith(("params.", "metrics."))]
    view = {"selectedColumns": chosen, "columnOrder": list(WIDTHS), "columnWidths": WIDTHS, "runListHidden": False, "viewMaximized": True}
    tags = {f"mlflow.sharedViewState.{KEY}": json.dumps(view), "mlflow.experimentKind": "custom_model_development"}
    client, experiment = connect(root, EXPERIMENT)
    with explained(address(root)):
        known = client.get_experiment(experiment).tags
        for name, value in tags.items():
            if known.get(name) != value:
                client.set_experiment_tag(experiment, name, value)
    return f"/#/experiments/{experiment}/runs?viewStateShareKey={KEY}&workflowType=machine_learning"
