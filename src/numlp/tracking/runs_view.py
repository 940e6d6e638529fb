"""The page that compares the project's runs: which columns it shows is kept with MLflow's experiment, as its "share" button does.

MLflow 3.17 reads columns from nowhere else (its page takes none from the address), so its note on a shared view stands above the table.
"""

import json
from pathlib import Path

from numlp.tracking.store import EXPERIMENT, address, connect, explained

KEY = "comparison"
NAME = "attributes.`Run Name`"
WIDTHS = {  # pixels, from left to right; 1,600 have room as far as sigma, and for the accuracies beside MLflow's assistant
    NAME: 375,
    "runDateAndNestInfo": 145,
    "metrics.`final/test_accuracy`": 150,
    "metrics.`best/val_accuracy`": 140,
    "params.`lam`": 65,
    "params.`schedule.eta_max`": 138,
    "params.`train.cycles`": 102,
    "params.`norm`": 66,
    "params.`init.sigma`": 88,
    "params.`train.epochs`": 110,
    "params.`model`": 75,
    "params.`init`": 90,
}
# By time alone MLflow folds a sweep into one row; by another key it shows all runs. This one is the same for all: the newest come first.
ORDER = "tags.`mlflow.source.name`"


def save_runs_view(root: Path) -> str:
    """Keep the columns and the order of the table of runs in the store, and that it is of models, not of conversations.

    Returns:
        The page's address, from the server's on.

    Raises:
        UserError: The store cannot be used.
    """
    chosen = [column for column in WIDTHS if column.startswith(("params.", "metrics."))]
    columns = {"selectedColumns": chosen, "columnOrder": list(WIDTHS), "columnWidths": WIDTHS}
    view = {**columns, "orderByKey": ORDER, "orderByAsc": False, "runListHidden": False, "viewMaximized": True}
    tags = {f"mlflow.sharedViewState.{KEY}": json.dumps(view), "mlflow.experimentKind": "custom_model_development"}
    client, experiment = connect(root, EXPERIMENT)
    with explained(address(root)):
        known = client.get_experiment(experiment).tags
        for name, value in tags.items():
            if known.get(name) != value:
                client.set_experiment_tag(experiment, name, value)
    return f"/#/experiments/{experiment}/runs?viewStateShareKey={KEY}&workflowType=machine_learning"
