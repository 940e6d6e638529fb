"""`numlp show`: print the metrics of the pipeline's latest run."""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from rich.box import ROUNDED
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from numlp import paths
from numlp.config.naming import caption
from numlp.data.normalise import SPLITS
from numlp.display.terminal import format_duration
from numlp.errors import UserError
from numlp.files import read_json, sha256
from numlp.inference.model_file import load_model


def run(arguments: argparse.Namespace) -> int:
    """Print the metrics, and where there is more."""
    metrics = paths.EVALUATE / paths.METRICS
    if not metrics.exists():
        raise UserError(f"file not found: {metrics}; run the pipeline first with numlp run")
    model, times = paths.TRAIN / paths.MODEL, read_json(paths.TRAIN / paths.TIMING) or {}
    trained = times["train_seconds"] if times.get("model") == sha256(model) else None  # else DVC has restored the model alone
    Console().print(summarize_run(json.loads(metrics.read_text()), caption(load_model(model).choices), trained))
    print("plots: build/plot; next: numlp ui, numlp train --help, numlp predict FILE")
    return 0


def summarize_run(metrics: Mapping[str, Any], settings: str, train_seconds: float | None = None) -> Group:
    """Lay out the content of metrics.json under the data set's name and the settings; `train_seconds` of an earlier training are None."""
    table = Table("split", box=ROUNDED)
    table.add_column("accuracy", justify="right")
    table.add_column("cost (nats)", justify="right")
    for key, name in SPLITS.items():
        table.add_row(name, f"{100 * metrics[f'{key}_accuracy']:.2f} %", f"{metrics[f'{key}_cost']:.5g}")
    time = "Training was up to date and did not run again." if train_seconds is None else f"Training took {format_duration(train_seconds)}."
    return Group(Text(str(metrics["dataset"]), style="bold"), Text(settings), table, Text(time))  # Texts: brackets are no markup
