"""The progress of a training, on a terminal and in a pipe."""

import io

import pytest

from numlp.display.progress_bar import Progress
from numlp.display.text import table_console
from numlp.training.history import Record

LAST = Record(
    step=45_000, epoch=100.0, eta=0.1, train_cost=12.3456, train_loss=1, train_accuracy=1, val_cost=1.2345, val_loss=1, val_accuracy=0.5555
)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("terminal", [False, True])
def test_80_columns_show_the_validation_accuracy(monkeypatch, capsys, terminal):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    with Progress(45_000, "name", alone=True) as progress:
        progress.show(LAST)
    said = stream.getvalue() if terminal else capsys.readouterr().out
    assert "val 55.55%" in said
    assert all(len(line) <= 80 for line in said.splitlines() if "\x1b" not in line)


@pytest.mark.parametrize(("columns", "width"), [("0", 40), ("9", 40), ("100", 100), (None, 160)])
def test_a_table_has_room_whatever_columns_says(monkeypatch, capsys, columns, width):
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    assert table_console().width >= width
