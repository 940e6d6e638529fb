"""A run with all that draws or keeps a state, killed by kill -9 at random times: the same command ends in the same bits."""

import sys

import pytest

import kill_nine

pytestmark = pytest.mark.slow


def test_killed_with_everything_on_it_ends_in_the_bits_of_the_run_that_was_not(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["kill_nine", "--kills", "3", "--only", "everything", "--folder", str(tmp_path)])
    assert kill_nine.main() == 0
    assert "3 of 3 ended with the model and the history of the run not killed" in capsys.readouterr().out
