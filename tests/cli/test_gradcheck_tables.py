"""The tables of `numlp gradcheck` and its exit code."""

import re
import sys

import numpy as np
import pytest

from numlp.cli.gradcheck import check
from numlp.nn.gradient_check_cases import Case
from numlp.nn.network import Pass


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def rows(text: str) -> list[list[str]]:
    """The cells of the lines that begin with a layer's number and a difference."""
    return [line.split() for line in text.splitlines() if re.match(r"\s*\d+\s+\d\.\de-", line)]


def test_right_gradients_give_exit_code_0_and_a_row_for_each_layer(capsys: pytest.CaptureFixture[str]) -> None:
    assert check([Case("mine", (5, 4), "before", n=9, d=7)]) == 0
    text = capsys.readouterr().out
    assert "mine: hidden (5, 4), norm before, N=9, d=7, h=1e-05, lam=0" in text
    table = rows(text)
    assert [row[0] for row in table] == ["1", "2", "3"]
    assert [len([cell for cell in row if "e-" in cell]) for row in table] == [5, 5, 3]  # W, b, gamma, beta and max relative
    assert [row[-3:] for row in table[:2]] == [["agrees,", "b", "zero"]] * 2
    assert table[2][-1] == "agrees"
    assert "1 of 1 networks agree" in text


@pytest.mark.parametrize("kind", ["linear1.W", "linear1.b", "bn1.gamma", "bn1.beta"])
def test_a_wrong_gradient_gives_exit_code_1_and_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    right = Pass.backward

    def wrong(self: Pass, dy: np.ndarray) -> None:
        right(self, dy)
        self.network.grads[kind][...] *= 1.001

    monkeypatch.setattr(Pass, "backward", wrong)
    case = Case("planted", (5,), "after", n=9, d=7)
    assert check([case]) == 1
    text = capsys.readouterr().out
    name = kind.split(".")[1]
    assert rows(text)[0][-4:] == ["1.0e-03", name, name, "differs"]
    assert rows(text)[1][-1] == "agrees"
    assert "0 of 1 networks agree" in text


def test_one_wrong_network_among_right_ones_gives_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    cases = [Case("right", (5,), "none", n=9, d=7), Case("coarse", (5,), "none", n=9, d=7, h=0.3, seed=1)]
    assert check(cases, tolerance=1e-9) == 1
    assert "1 of 2 networks agree" in capsys.readouterr().out


def test_the_table_says_how_many_entries_of_which_parameters_were_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    check([Case("sampled", (5,), "none", n=9, d=7, samples=10)])
    text = " ".join(capsys.readouterr().out.split())
    assert "Checking 35 of 100 entries of 1 network, sampled with the seed (gradcheck.entries=all checks every entry)." in text
    assert "mean absolute difference over 35 of 100 entries (10 of 35 in linear1.W, 10 of 50 in linear2.W, all in the others)" in text


def test_the_table_says_nothing_of_a_sample_where_every_entry_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    check([Case("all", (5,), "none", n=9, d=7)])
    text = capsys.readouterr().out
    assert "Checking all 100 entries of 1 network.\n" in text
    assert "mean absolute difference over 100 of 100 entries " in text
    assert " in linear" not in text


def test_a_check_of_very_many_entries_says_beforehand_that_it_takes_minutes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("numlp.cli.gradcheck.MINUTES", 99)
    check([Case("many", (5,), "none", n=9, d=7)])
    assert capsys.readouterr().out.startswith("Checking all 100 entries of 1 network, which takes minutes.")


def test_a_terminal_shows_each_network_as_a_bar_and_a_pipe_does_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = [Case(name, (5,), "none", n=9, d=7) for name in ("first", "second")]
    check(cases)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    check(cases)
    shown = capsys.readouterr()
    assert all(text in shown.err for text in ("first, network 1 of 2", "second, network 2 of 2", "100/100"))
    assert "network 1 of 2" not in shown.out


def test_the_table_fits_eighty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    check([Case("wide", (5, 4), "before", n=9, d=7, samples=3)])
    text = capsys.readouterr().out
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80
    assert "…" not in text
