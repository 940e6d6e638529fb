"""`numlp show`: the pipeline's latest figures as a table, and how to go on."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from numlp.errors import require
from numlp.model_file import load_model
from numlp.report.tables import next_steps, run_summary
from numlp.stages import paths
from numlp.stages.plot import caption


def main(argv: Sequence[str]) -> int:
    """Print the table and the commands to go on."""
    require(not argv, "numlp show", "no arguments", arguments=list(argv))
    metrics = paths.EVALUATE / paths.METRICS
    require(metrics.exists(), str(metrics), "the pipeline's figures; run make run, or dvc repro, first")
    timing = paths.TRAIN / paths.TIMING
    seconds = json.loads(timing.read_text())["train_seconds"] if timing.exists() else None
    console = Console()
    console.print(run_summary(json.loads(metrics.read_text()), caption(load_model(paths.TRAIN / paths.MODEL).choices), seconds))
    for line in next_steps(checkout=Path("Makefile").exists()):
        console.print(line, highlight=False)
    return 0
