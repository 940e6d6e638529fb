"""What a sweep prints is what it was given to print."""

import pytest
from rich.table import Table

from numlp.sweep.live_table import Display

VALUE = "'then=[evaluate]'"


def in_a_table(text):
    table = Table("choices")
    table.add_row(text)
    return table


@pytest.mark.parametrize("shown", [str, in_a_table], ids=["a line", "a table"])
def test_a_list_in_brackets_is_a_value_and_no_markup(capsys, shown):
    """The best trial's command is there to be pasted."""
    Display(1, "val_accuracy").say(shown(VALUE))
    assert VALUE in capsys.readouterr().out
