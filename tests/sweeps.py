"""Sweeps of tests: short runs, and what a sweep has left."""

import csv
import re

from numlp.tracking.store import connect

PIXELS = "model.inputs=48"  # of the 3,072: what is tested are runs, not networks
SHORT = ["data=synthetic", "split=first100", "model=mlp2", PIXELS, "train.batch_size=50", "train.epochs=2", "then=[]"]  # 4 updates
MULTI = ["train", "-m", *SHORT, "hydra/launcher=basic"]


def newest_sweep(root):
    """The run of the newest sweep, and its child runs."""
    client, experiment = connect(root, "numlp")
    runs = client.search_runs([experiment], order_by=["attributes.start_time DESC"])
    parent = next(run for run in runs if "sweep" in run.data.tags)
    return parent, [run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]


def job_runs(root):
    """The runs of jobs, of all sweeps."""
    client, experiment = connect(root, "numlp")
    return [run for run in client.search_runs([experiment], max_results=1000) if "config_digest" in run.data.tags]


def table(root):
    with max(root.glob("multirun/*/*/trials.csv")).open(newline="") as file:
        return list(csv.DictReader(file))


def job_lines(out):
    """The lines of a sweep's jobs, such as `3/12  lam=0.1: ...`."""
    return [line for line in out.splitlines() if re.match(r"\d+/\d+ ", line)]
