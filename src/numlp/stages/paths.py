"""Where things are, from the project's folder, which is the current one."""

import os
from pathlib import Path

# The archive, and normalised arrays of every split asked for so far. On a cluster with a shared folder: on each node's own disk.
DATA = Path(os.environ.get("NUMLP_DATA") or "data")
ARCHIVE = DATA / "cifar-10-python.tar.gz"  # when it was downloaded
NORMALISED = DATA / "normalised"
BUILD = Path("build")  # what DVC's stages make, one folder a stage
DOWNLOAD, RESOLVED, NORMALISE = BUILD / "download", BUILD / "resolved.yaml", BUILD / "normalise"
TRAIN, EVALUATE, PLOT = BUILD / "train", BUILD / "evaluate", BUILD / "plot"
CHECKPOINTS = BUILD / "checkpoints"  # of runs that have not ended, one folder a run

ABOUT, SPLIT = "dataset.json", "split.json"
CONFIG, MODEL, HISTORY, TIMING = "config.json", "model.npz", "history.csv", "timing.json"
COMPARISON = "comparison.json"
LR_RANGE = "lr_range.csv"
HEALTH = "health.csv"  # of a run with train.health=true
ACCURACY, PREDICTIONS = "accuracy.json", "predictions.csv"  # for DVC's tables and plots
METRICS, CONFUSION, CLASSES, MISTAKES = "metrics.json", "confusion.csv", "classes.csv", "mistakes.npz"
