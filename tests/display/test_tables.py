"""Tables and lines on a terminal and in a pipe."""

import io
import math

import pytest
from rich.console import Console

from numlp.cli.show import summarize_run
from numlp.display.terminal import show_records, table_console
from numlp.training.history import Record

METRICS = {"dataset": "synthetic [red]", "train_accuracy": 0.61544, "val_accuracy": 0.5442, "test_accuracy": 0.1}
METRICS |= {"train_cost": 1.244864754, "val_cost": 1.42, "test_cost": 2.0}
LAST = Record(45_000, 100.0, 0.1, 12.3456, 1, 1, 1.2345, 1, 0.5555)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def printed(*things, **options):
    console = Console(record=True, width=80, file=io.StringIO(), **options)
    for thing in things:
        console.print(thing)
    return console.export_text()


@pytest.mark.parametrize(("cost", "text"), [(2.0, "2"), (math.nan, "nan"), (math.inf, "inf"), (1.5e30, "1.5e+30")])
def test_each_split_has_its_accuracy_in_per_cent_and_its_cost(cost, text):
    lines = printed(summarize_run(METRICS | {"test_cost": cost}, "hidden [50, 50], seed 0", 125.4)).splitlines()
    assert lines[:2] == ["synthetic [red]", "hidden [50, 50], seed 0"]  # brackets are markup to rich, and would vanish
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if "%" in line]
    assert rows == [["training", "61.54 %", "1.2449"], ["validation", "54.42 %", "1.42"], ["test", "10.00 %", text]]
    assert "2 min 5 s" in lines[-1]


@pytest.mark.parametrize("terminal", [False, True])
def test_80_columns_show_the_validation_accuracy(monkeypatch, capsys, terminal):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    with show_records(45_000, "name", alone=True) as show:
        show(LAST)
    text = stream.getvalue() if terminal else capsys.readouterr().out
    assert "val 55.55%" in text
    assert all(len(line) <= 80 for line in text.splitlines() if "\x1b" not in line)


@pytest.mark.parametrize(("columns", "width"), [("9", 40), ("100", 100), ("", 160)])
def test_table_has_room_whatever_columns_says(monkeypatch, capsys, columns, width):
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
    assert table_console().width >= width
