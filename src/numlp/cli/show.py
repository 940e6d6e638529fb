"""`numlp show`: print the metrics of the pipeline's latest run."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.box import ROUNDED
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from numlp import paths
from numlp.config.naming import caption
from numlp.data.normalise import SPLITS
from numlp.display.text import format_duration
from numlp.errors import UserError
from numlp.files import sha256
from numlp.inference.model_file import load_model


def run(arguments: argparse.Namespace) -> int:
    """Print the metrics, and where there is more."""
    metrics = paths.EVALUATE / paths.METRICS
    if not metrics.exists():
        raise UserError(f"file not found: {metrics}; run the pipeline first with numlp run")
    console, model = Console(), paths.TRAIN / paths.MODEL
    console.print(summarize_run(json.loads(metrics.read_text()), caption(load_model(model).choices), _seconds(model)))
    print("plots: build/plot; next: numlp ui, numlp train --help, numlp predict FILE")
    return 0


def summarize_run(metrics: Mapping[str, Any], settings: str, train_seconds: float | None = None) -> Group:
    """Lay out accuracy and cost of the three splits under the data set's name and the settings.

    Args:
        metrics: The content of metrics.json (docs/formats.md): `dataset`, `<split>_accuracy` as fractions, `<split>_cost` in nats.
        settings: The run's settings, one short line.
        train_seconds: Wall time of the training; None when it was not run again.
    """
    table = Table("split", box=ROUNDED)
    table.add_column("accuracy", justify="right")
    table.add_column("cost (nats)", justify="right")
    for key, name in SPLITS.items():
        table.add_row(name, f"{100 * metrics[f'{key}_accuracy']:.2f} %", f"{metrics[f'{key}_cost']:.5g}")
    time = "Training was up to date and did not run again." if train_seconds is None else f"Training took {format_duration(train_seconds)}."
    return Group(Text(str(metrics["dataset"]), style="bold"), Text(settings), table, Text(time))  # Texts: brackets are no markup


def _seconds(model: Path) -> float | None:
    """How long the training of `model` took; None where the latest training was another's, as DVC restores models alone."""
    timing = model.with_name(paths.TIMING)
    times = json.loads(timing.read_text()) if timing.exists() else {}
    return float(times["train_seconds"]) if times.get("model") == sha256(model) else None
