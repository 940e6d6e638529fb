"""What a run prints when it ends: its figures, and how to go on."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from numlp.analysis.paired_test import Paired

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
    ("what it sees in a picture", "numlp predict picture.png"),
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


def comparison(
    names: Sequence[str], choices: Mapping[str, Sequence[Any]], whole: Paired, classes: Mapping[str, Paired], dataset: str
) -> "Group":
    """Lay out what differs in two runs' choices, and their accuracy on the test images.

    Args:
        names: Of the two runs.
        choices: The values of each choice that differs.
        whole: The runs on all test images.
        classes: On those of each class.
        dataset: Its name.

    Returns:
        What a rich console prints.
    """
    from rich.box import ROUNDED
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    different = Table("choice", "A", "B", box=ROUNDED)
    for key, (first, second) in choices.items():
        different.add_row(key, Text(str(first)), Text(str(second)))  # Texts: brackets in a value are no markup
    table = Table("test images", box=ROUNDED)
    for heading in ("A", "B", "B - A", "95 %", "p"):
        table.add_column(heading, justify="right")
    for name, found in (*classes.items(), ("all", whole)):
        first, second = (f"{100 * accuracy:.2f} %" for accuracy in found.accuracies)
        interval = f"{100 * found.low:+.2f} .. {100 * found.high:+.2f}"
        table.add_row(
            Text(name), first, second, f"{100 * found.difference:+.2f}", interval, f"{found.p:.2g}", style="bold" if found is whole else ""
        )
    alone = f"Of {whole.n:,} test images both get {whole.both:,} right, A alone {whole.first:,}, B alone {whole.second:,}."
    note = "Points; the interval is of a paired bootstrap, p of McNemar's exact test, which tells nothing of other seeds."
    same = [Text("The choices are the same.")] if not choices else [different]
    return Group(Text(dataset, style="bold"), *(Text(name) for name in names), *same, table, Text(alone), Text(note))


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
