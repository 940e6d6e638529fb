"""`numlp show`: print the pipeline's latest metrics and the next steps."""

import argparse
import json
from pathlib import Path

from rich.console import Console

from numlp import paths
from numlp.config.naming import caption
from numlp.display.run_summary import list_next_steps, summarize_run
from numlp.errors import UserError
from numlp.files import sha256
from numlp.inference.model_file import load_model


def run(arguments: argparse.Namespace) -> int:
    """Print the table and the next steps."""
    metrics = paths.EVALUATE / paths.METRICS
    if not metrics.exists():
        raise UserError(f"file not found: {metrics}; run the pipeline first with numlp run")
    console, model = Console(), paths.TRAIN / paths.MODEL
    console.print(summarize_run(json.loads(metrics.read_text()), caption(load_model(model).choices), _seconds(model)))
    for line in list_next_steps(checkout=Path("Makefile").exists()):
        console.print(line, highlight=False)
    return 0


def _seconds(model: Path) -> float | None:
    """How long the training of `model` took; None where the latest training was another's, as DVC restores models alone."""
    timing = model.with_name(paths.TIMING)
    times = json.loads(timing.read_text()) if timing.exists() else {}
    return float(times["train_seconds"]) if times.get("model") == sha256(model) else None
