"""What a run prints when it ends: its figures, and how to go on."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Group

SPLITS = (("train", "training"), ("val", "validation"), ("test", "test"))
STEPS = (
    ("the plots", "build/plot"),
    ("compare runs in MLflow", "make ui"),
    ("for the commands below, once a shell", "source .venv/bin/activate"),
    ("another choice", "edit params.yaml, then dvc repro"),
    ("the same as an experiment, in git", "dvc exp run -S model=mlp9"),
    ("several choices, a run each", "numlp train -m norm=none,before"),
)


def run_summary(metrics: Mapping[str, float | str], choices: str, train_seconds: float | None = None) -> "Group":
    """Lay out accuracy and cost of the three splits under the data set's name and the choices.

    Args:
        metrics: As in metrics.json (docs/formats.md): `dataset`, `<split>_accuracy` as fractions, `<split>_cost` in nats.
        choices: The run's choices, one short line.
        train_seconds: Wall time of the training; None when it was not run again.

    Returns:
        What a rich console prints.
    """
    from rich.box import ROUNDED
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=ROUNDED)
    table.add_column("split")
    table.add_column("accuracy", justify="right")
    table.add_column("cost (nats)", justify="right")
    for key, name in SPLITS:
        table.add_row(name, f"{100 * float(metrics[f'{key}_accuracy']):.2f} %", _cost(float(metrics[f"{key}_cost"])))
    time = "Training was up to date and not run again." if train_seconds is None else f"Training took {duration(train_seconds)}."
    heading = Text(str(metrics["dataset"]), style="bold")  # a Text: brackets in a name are no markup
    return Group(heading, Text(choices), table, Text(time))


def next_steps(checkout: bool = True) -> list[str]:
    """Say where the plots are and how to compare and change choices, a line each, the commands in one column.

    Args:
        checkout: Whether there is a Makefile, which has made a .venv; else numlp is installed, and its commands are at hand.
    """
    steps = STEPS if checkout else [(what, command.replace("make", "numlp")) for what, command in STEPS if ".venv" not in command]
    width = max(len(what) for what, _ in steps)
    return [f"{what:{width}}  {command}" for what, command in steps]


def _cost(cost: float) -> str:
    return f"{cost:.4f}" if math.isfinite(cost) and abs(cost) < 1e5 else f"{cost:.3e}"


def duration(seconds: float) -> str:
    """For people: 12.3 s, or 2 min 5 s."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
