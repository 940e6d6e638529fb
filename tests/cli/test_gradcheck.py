"""`numlp gradcheck`: its networks, entries, tables and exit code."""

import re

import pytest

from numlp.cli.gradcheck import check
from numlp.nn.gradient_check_cases import CASES, Case
from numlp.nn.network import Pass

SMALL = {"n": 9, "d": 7}


@pytest.fixture
def two_networks(monkeypatch):
    """G1's first network and G2 in place of all twelve."""
    monkeypatch.setattr("numlp.cli.gradcheck.CASES", [CASES[0], CASES[3]])


def read_rows(text):
    """The cells of the lines that begin with a parameter, by its name."""
    lines = [line.split() for line in text.splitlines() if re.match(r"\s*[a-z]+\d+\.\w+ ", line)]
    return {line[0]: line[1:] for line in lines}


def test_networks_of_the_reports_are_checked_in_a_sample_that_follows_from_the_seed(project, numlp, two_networks):
    first = numlp("gradcheck", "gradcheck.entries=3")
    assert (first[0], first[2]) == (0, "")
    assert {row[0] for row in read_rows(first[1]).values()} == {"3"}
    assert numlp("gradcheck", "gradcheck.entries=3") == first
    other = numlp("gradcheck", "gradcheck.entries=3", "seed=1")
    assert (other[0], other[1] != first[1]) == (0, True)


def test_network_of_ones_own_is_checked_alone_in_as_many_entries_as_asked_for(project, numlp):
    code, out, _ = numlp("gradcheck", "model.hidden=[8]", "norm=none", "gradcheck.entries=all")
    assert code == 0
    assert {name: row[:3] for name, row in read_rows(out).items()} == {
        "linear1.W": ["240", "of", "240"],
        "linear1.b": ["8", "of", "8"],
        "linear2.W": ["80", "of", "80"],
        "linear2.b": ["10", "of", "10"],
    }


@pytest.mark.parametrize("override", ["norm.eps=0.1", "lam=0.3", "init=xavier", "activation=gelu", "dropout=0.5", "model.inputs=100"])
def test_setting_that_is_taken_has_its_effect(override, project, numlp):
    own = ("model.hidden=[4]", "gradcheck.entries=5")
    code, out, _ = numlp("gradcheck", *own, override)
    assert code == 0
    assert read_rows(out) != read_rows(numlp("gradcheck", *own)[1])


@pytest.mark.parametrize("name", ["linear1.W", "bn1.gamma"])
def test_wrong_gradient_gives_exit_code_1_and_is_named(monkeypatch, capsys, name):
    right = Pass.backward

    def wrong(self, dy):
        right(self, dy)
        self.network.grads[name][...] *= 1.001

    monkeypatch.setattr(Pass, "backward", wrong)
    assert check([Case("planted", (5,), "after", **SMALL)]) == 1
    assert [row for row, cells in read_rows(capsys.readouterr().out).items() if cells[-1] == "differs"] == [name]


def test_one_wrong_network_among_right_ones_gives_exit_code_1(capsys):
    cases = [Case("right", (5,), "none", **SMALL), Case("coarse", (5,), "none", h=0.3, seed=1, **SMALL)]
    assert check(cases, tolerance=1e-9) == 1
    assert "1 of 2 networks agree" in capsys.readouterr().out
