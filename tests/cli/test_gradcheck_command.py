"""`numlp gradcheck` from the command line: which networks, which entries, and what it leaves behind."""

import pytest

from numlp.nn.gradient_check_cases import CASES


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def two_networks(monkeypatch):
    """G1's first network and G2 in place of all twelve."""
    monkeypatch.setattr("numlp.cli.gradcheck.CASES", [CASES[0], CASES[3]])


def test_the_reports_networks_are_checked_in_a_sample_that_is_the_same_each_time(project, numlp):
    code, out, err = numlp("gradcheck", "gradcheck.entries=3")
    assert (code, err) == (0, "")
    assert "12 of 12 networks agree" in out
    assert "(3 of 61,440 in linear1.W, 3 of 200 in linear2.W" in squeezed(out)
    assert numlp("gradcheck", "gradcheck.entries=3") == (code, out, err)


def test_no_folder_is_left_behind(project, numlp, two_networks):
    before = sorted(project.iterdir())
    assert numlp("gradcheck")[0] == 0
    assert sorted(project.iterdir()) == before


def test_wide_parameters_are_sampled_unless_all_entries_are_asked_for(project, numlp, two_networks):
    assert "Checking 737 of 1,337 entries of 2 networks, sampled with the seed" in squeezed(numlp("gradcheck")[1])
    code, out, _ = numlp("gradcheck", "gradcheck.entries=all")
    assert code == 0
    assert "Checking all 1,337 entries of 2 networks." in out
    assert "over 1,160 of 1,160 entries" in out


def test_a_network_of_ones_own_is_checked_alone_in_as_many_entries_as_asked_for(project, numlp):
    code, out, _ = numlp("gradcheck", "model.hidden=[8]", "norm=none", "gradcheck.entries=all")
    assert code == 0
    assert "Checking all 338 entries of 1 network." in out
    assert "asked: hidden (8), norm none" in out
    assert "Checking 68 of 338 entries" in numlp("gradcheck", "model.hidden=[8]", "norm=none", "gradcheck.entries=25")[1]
