import io
import math
import subprocess
import sys

import pytest
from rich.console import Console

from numlp.display.run_summary import list_next_steps, summarize_run

METRICS = {
    "dataset": "CIFAR-10, archive 8114b53f... (not the official file)",
    "train_accuracy": 0.61544,
    "val_accuracy": 0.5442,
    "test_accuracy": 0.1,
    "train_cost": 1.244864754,
    "val_cost": 1.42,
    "test_cost": 2.0,
}


def printed(*things: object) -> str:
    console = Console(record=True, width=80, file=io.StringIO())
    for thing in things:
        console.print(thing)
    return console.export_text()


def row(text: str, split: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if f" {split} " in line]
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_each_split_has_its_accuracy_in_per_cent_and_its_cost():
    text = printed(summarize_run(METRICS, "seed 0", 9.83))
    assert row(text, "training") == ["training", "61.54 %", "1.2449"]
    assert row(text, "validation") == ["validation", "54.42 %", "1.4200"]
    assert row(text, "test") == ["test", "10.00 %", "2.0000"]


def test_data_set_and_choices_are_printed_as_they_are():
    """Brackets are markup to rich, and would vanish."""
    text = printed(summarize_run(METRICS | {"dataset": "synthetic [red]"}, "hidden [50, 50], seed 0"))
    assert text.splitlines()[:2] == ["synthetic [red]", "hidden [50, 50], seed 0"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(9.83, "Training took 9.8 s."), (0.0, "Training took 0.0 s."), (125.4, "Training took 2 min 5 s."), (None, "did not run again")],
)
def test_the_time_is_said_or_that_nothing_was_trained(seconds: float | None, said: str):
    assert said in printed(summarize_run(METRICS, "seed 0", seconds))


@pytest.mark.parametrize(("cost", "said"), [(math.nan, "nan"), (math.inf, "inf"), (1.5e30, "1.500e+30")])
def test_a_diverged_cost_is_printed_as_what_it_is(cost: float, said: str):
    assert row(printed(summarize_run(METRICS | {"test_cost": cost}, "seed 0")), "test")[2] == said


def test_a_missing_figure_is_an_error():
    with pytest.raises(KeyError, match="val_cost"):
        summarize_run({name: value for name, value in METRICS.items() if name != "val_cost"}, "seed 0")


@pytest.mark.parametrize(
    "command",
    [
        "build/plot",
        "make ui",
        "dvc exp run -S model=mlp9",
        "numlp train -m norm=none,before",
        "source .venv/bin/activate",
        "dvc repro",
        "predict picture.png",
    ],
)
def test_next_steps_give_each_command_whole_on_one_line(command: str):
    (line,) = [line for line in printed(*list_next_steps()).splitlines() if command in line]
    assert line.endswith(command)


def test_tables_load_neither_rich_nor_matplotlib_before_they_are_used():
    code = "import sys, numlp.display.run_summary; sys.exit(bool({'rich', 'matplotlib'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
