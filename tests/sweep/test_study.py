"""The points that samplers propose."""

import math

import pytest

from numlp.config.search import Search
from numlp.sweep.space import Choice, Range
from numlp.sweep.study import Study

SPACE = {"lam": Range(1e-5, 1e-1, log=True), "init": Choice(("he", "xavier")), "k": Choice(("1", "2", "3"), ordered=True)}


def points(sampler, seed=0):
    """All points of a round, each told that a lam near 0.001 is best."""
    study, asked = Study(Search(sampler=sampler, trials=8, seed=seed), 0, SPACE, side_by_side=2), []
    while batch := study.ask():
        asked += [point for _, point in batch]
        for number, point in batch:
            study.tell(number, abs(math.log10(float(point["lam"])) + 3))
    return asked


@pytest.mark.parametrize("sampler", ["random", "qmc", "tpe"])
def test_sampler_gives_same_points_for_same_seed(sampler):
    first = points(sampler)
    assert len(first) == 8
    assert first == points(sampler)
    assert first != points(sampler, seed=1)
    for point in first:
        assert 1e-5 <= float(point["lam"]) <= 1e-1
        assert point["init"] in ("he", "xavier")
        assert point["k"] in ("1", "2", "3")
