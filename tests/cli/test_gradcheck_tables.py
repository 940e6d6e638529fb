"""The tables of `numlp gradcheck` and its exit code."""

import re
import sys
from typing import Any, ClassVar

import numpy as np
import pytest

from numlp.cli.gradcheck import check
from numlp.nn.activations import Relu
from numlp.nn.gradient_check_cases import Case
from numlp.nn.network import Pass, parameter_shapes


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def rows(text: str) -> dict[str, list[str]]:
    """The cells of the lines that begin with a parameter, by its name."""
    lines = [line.split() for line in text.splitlines() if re.match(r"\s*[a-z]+\d+\.\w+ ", line)]
    return {line[0]: line[1:] for line in lines}


def test_right_gradients_give_exit_code_0_and_a_row_for_each_parameter(capsys: pytest.CaptureFixture[str]) -> None:
    assert check([Case("mine", (5, 4), "before", n=9, d=7)]) == 0
    text = capsys.readouterr().out
    assert "mine: hidden (5, 4), norm before, N=9, d=7, h=1e-05, lam=0" in text
    table = rows(text)
    assert list(table) == list(parameter_shapes((7, 5, 4, 10), "before"))
    assert [name for name, row in table.items() if row[-1] == "zero"] == ["linear1.b", "linear2.b"]
    assert all("agrees" in row[-1] for name, row in table.items() if row[-1] != "zero")
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
    assert rows(text)[kind][-2:] == ["1.0e-03", "differs"]
    assert [name for name, row in rows(text).items() if row[-1] == "differs"] == [kind]
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


class Scaled(Relu):
    """max(x, 0) times a factor for each unit, which it learns."""

    parameters: ClassVar[dict[str, float]] = {"factor": 1.0}

    def __init__(self, d: int, factor: np.ndarray, factor_gradient: np.ndarray) -> None:
        super().__init__(d)
        self.factor, self.gradient = factor, factor_gradient

    def forward(self, x: np.ndarray, work: Any, mode: Any) -> np.ndarray:
        self.positive = np.maximum(x, 0)
        np.multiply(self.positive, self.factor, out=work.y)
        return work.y  # type: ignore[no-any-return]

    def backward(self, dy: np.ndarray, work: Any) -> np.ndarray:
        self.gradient[...] = (dy * self.positive).sum(axis=0)
        return dy * self.factor * (self.positive > 0)


def test_an_activations_own_parameters_have_rows_and_their_faults_are_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = Case("scaled", (5, 4), "before", n=9, d=7, activation=Scaled)
    assert check([case]) == 0
    assert {"scaled1.factor", "scaled2.factor"} < set(rows(capsys.readouterr().out))
    right = Scaled.backward

    def wrong(self: Scaled, dy: np.ndarray, work: Any) -> np.ndarray:
        dx = right(self, dy, work)
        self.gradient *= 1.001
        return dx

    monkeypatch.setattr(Scaled, "backward", wrong)
    assert check([case]) == 1
    assert rows(capsys.readouterr().out)["scaled1.factor"][-1] == "differs"


def test_a_parameter_with_a_kink_at_each_entry_is_not_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert check([Case("coarse", (20,), "none", n=50, d=7, h=0.9)]) == 1
    text = capsys.readouterr().out
    row = rows(text)["linear1.b"]
    assert row[:3] == ["0", "of", "20"]
    assert "not" in row and "agrees" not in row
    assert re.search(r"not checked: .*linear1\.b", " ".join(text.split()))
