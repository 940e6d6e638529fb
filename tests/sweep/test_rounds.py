"""Rounds: what the samplers propose, and which key matters."""

import itertools
import math
from statistics import fmean

import pytest

from numlp.config.search import RoundConfig, SearchConfig
from numlp.sweep.optuna_study import importance
from numlp.sweep.rounds import begin_round
from numlp.sweep.space import Choice, Range

SPACE = {"lam": Range(1e-5, 1e-1, log=True), "init": Choice(("he", "xavier")), "k": Choice(("1", "2", "3"), ordered=True)}


def proposals(tmp_path, sampler, trials=8, seed=0, at_once=2, space=SPACE):
    """All of a round's points, each told that a lam near 0.001 is best."""
    search = SearchConfig(sampler=sampler, trials=trials, seed=seed)
    current, points = begin_round(search, 0, space, at_once, tmp_path / "journal"), []
    while asked := current.ask():
        for proposal in asked:
            points.append(proposal.point)
            current.tell(proposal, abs(math.log10(float(proposal.point["lam"])) + 3), pruned=False)
    return points


@pytest.mark.parametrize("sampler", ["random", "qmc", "tpe"])
def test_a_sampler_gives_as_many_points_as_asked_the_same_each_time_others_with_another_seed(tmp_path, sampler):
    first = proposals(tmp_path, sampler)
    assert len(first) == 8
    assert first == proposals(tmp_path, sampler)
    assert first != proposals(tmp_path, sampler, seed=1)
    for point in first:
        assert 1e-5 <= float(point["lam"]) <= 1e-1
        assert point["init"] in ("he", "xavier")
        assert point["k"] in ("1", "2", "3")


def test_quasi_random_points_fill_a_range_more_evenly_than_chance(tmp_path):
    lams = sorted(math.log10(float(point["lam"])) for point in proposals(tmp_path, "qmc", trials=32))
    assert max(b - a for a, b in itertools.pairwise(lams)) < 4 * 3 / 32


def test_tpe_comes_back_to_where_it_was_good(tmp_path):
    points = proposals(tmp_path, "tpe", trials=40, space={"lam": SPACE["lam"]})
    off = [abs(math.log10(float(point["lam"])) + 3) for point in points]
    assert fmean(off[25:]) < 0.75  # of uniform draws: 1


def test_a_grid_is_asked_for_once_and_needs_no_storage(tmp_path):
    search = SearchConfig(rounds=[RoundConfig("grid", 2)])
    current = begin_round(search, 0, SPACE, 2, tmp_path / "journal")
    assert len(current.ask()) == 2 * 2 * 3
    assert current.ask() == []
    assert current.study is None
    assert not (tmp_path / "journal").exists()


def test_the_key_that_decides_has_the_greater_share():
    space = {"lam": Range(1e-5, 1e-1, log=True), "alpha": Range(0.1, 0.9)}
    tried = [({"lam": repr(10 ** -(1 + i % 5)), "alpha": repr(0.1 + 0.8 * (i * 7 % 40) / 40)}, abs(i % 5 - 2) / 10) for i in range(40)]
    shares = importance(space, tried)
    assert shares["lam"] > 3 * shares["alpha"]
    assert sum(shares.values()) == pytest.approx(1)
