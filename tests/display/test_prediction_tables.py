import io

import numpy as np
import pytest
from rich.console import Console

from numlp.display.prediction_tables import tabulate_top_classes

NAMES = ["airplane", "[red]", "cat", "dog"]


def printed(probabilities, **options):
    out = io.StringIO()
    Console(file=out, width=80, **options).print(tabulate_top_classes("my [bold] cat.jpg", NAMES, np.array(probabilities)))
    return out.getvalue()


def test_the_three_likeliest_are_printed_in_order_with_bars_as_long_as_they_are_likely():
    title, *rows = printed([0.05, 0.3, 0.6, 0.05]).splitlines()
    assert title == "my [bold] cat.jpg"
    assert [row.split()[:3] for row in rows] == [["cat", "60.0", "%"], ["[red]", "30.0", "%"], ["airplane", "5.0", "%"]]
    assert [row.count("━") for row in rows] == [18, 9, 1]


def test_a_certain_class_fills_the_bar():
    assert printed([0, 0, 1, 0]).splitlines()[1].count("━") == 30


@pytest.mark.parametrize(
    ("options", "colors"), [({}, False), ({"force_terminal": True}, True), ({"force_terminal": True, "no_color": True}, False)]
)
def test_colors_are_for_terminals_that_want_them(options, colors, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert ("\x1b[3" in printed([0.1, 0.2, 0.3, 0.4], **options) or "\x1b[9" in printed([0.1, 0.2, 0.3, 0.4], **options)) == colors
