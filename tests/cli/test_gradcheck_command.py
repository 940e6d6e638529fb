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


def test_a_seed_alone_checks_the_reports_networks_at_it(project, numlp, two_networks):
    first, second = (numlp("gradcheck", f"seed={seed}", "gradcheck.entries=3") for seed in (0, 1))
    assert first[0] == second[0] == 0
    assert first == numlp("gradcheck", "gradcheck.entries=3")
    assert all("G1: hidden" in out and "G2: hidden" in out for _, out, _ in (first, second))
    assert first[1] != second[1]


@pytest.mark.parametrize(
    "override", ["norm.eps=0.1", "lam=0.3", "init=xavier", "activation=gelu", "dropout=0.5", "model.inputs=100", "seed=1"]
)
def test_each_override_that_is_taken_has_its_effect(override, project, numlp):
    own = ("model.hidden=[4]", "gradcheck.entries=5")
    code, out, _ = numlp("gradcheck", *own, override)
    assert code == 0
    figures = [line for line in out.splitlines() if "." in line and "hidden" not in line]
    assert figures != [line for line in numlp("gradcheck", *own)[1].splitlines() if "." in line and "hidden" not in line]


@pytest.mark.parametrize(
    "override", ["train.epochs=1", "moments.alpha=0.5", "schedule=constant", "smoothing=0.1", "mixup=0.2", "split=first100"]
)
def test_an_override_without_an_effect_is_refused(override, project, numlp, two_networks):
    code, out, err = numlp("gradcheck", override)
    assert (code, out) == (1, "")
    assert override in err
