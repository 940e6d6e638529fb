"""The summary of a run: its accuracies and costs, and the next steps."""

import math
from collections.abc import Mapping

from rich.box import ROUNDED
from rich.console import Group
from rich.table import Table
from rich.text import Text

from numlp.data.normalise import SPLITS
from numlp.display.text import format_duration

STEPS = (
    ("see the plots", "build/plot"),
    ("compare runs in MLflow", "make ui"),
    ("activate the environment, in each new shell", "source .venv/bin/activate"),
    ("change a setting", "edit params.yaml, then dvc repro"),
    ("change a setting as an experiment in git", "dvc exp run -S model=mlp9"),
    ("train one network per value", "numlp train -m norm=none,before"),
    ("classify an image", "numlp predict picture.png"),
)


def summarize_run(metrics: Mapping[str, float | str], choices: str, train_seconds: float | None = None) -> Group:
    """Lay out accuracy and cost of the three splits under the data set's name and the choices.

    Args:
        metrics: As in metrics.json (docs/formats.md): `dataset`, `<split>_accuracy` as fractions, `<split>_cost` in nats.
        choices: The run's choices, one short line.
        train_seconds: Wall time of the training; None when it was not run again.

    Returns:
        What a rich console prints.
    """
    table = Table(box=ROUNDED)
    table.add_column("split")
    table.add_column("accuracy", justify="right")
    table.add_column("cost (nats)", justify="right")
    for key, name in SPLITS.items():
        table.add_row(name, f"{100 * float(metrics[f'{key}_accuracy']):.2f} %", _cost(float(metrics[f"{key}_cost"])))
    time = "Training was up to date and did not run again." if train_seconds is None else f"Training took {format_duration(train_seconds)}."
    heading = Text(str(metrics["dataset"]), style="bold")  # a Text: brackets in a name are no markup
    return Group(heading, Text(choices), table, Text(time))


def list_next_steps(checkout: bool = True) -> list[str]:
    """Say where the plots are and how to compare and change choices, a line each, the commands in one column.

    Args:
        checkout: Whether there is a Makefile, which has made a .venv; else numlp is installed, and its commands are at hand.
    """
    steps = STEPS if checkout else [(task, command.replace("make", "numlp")) for task, command in STEPS if ".venv" not in command]
    width = max(len(task) for task, _ in steps)
    return [f"{task:{width}}  {command}" for task, command in steps]


def _cost(cost: float) -> str:
    return f"{cost:.4f}" if math.isfinite(cost) and abs(cost) < 1e5 else f"{cost:.3e}"
