"""What the whole reproduction would run, and with how many seeds."""

from dataclasses import replace

import pytest
from rehearsal import PIXELS, SMALL

from numlp.errors import UserError
from reproduction.experiments import Experiments
from reproduction.settings import RERUNS as FILE
from reproduction.settings import Params, read_params
from reproduction.work_plan import make_plan

RERUNS = """
x07: {source: R0, question: "Twice?", fault: stale_backward, runs: {e24: [single]}}
x08: {source: R0, question: "Another lambda?", overrides: [lam=0.01], runs: {e24: [single]}}
"""
PARAMS = Params([0, 1, 2], [*SMALL, PIXELS], {2: ["x08"]})


@pytest.fixture
def experiments(reproduction):
    """A project with few experiments: E08 and E17, which are the same, a search, and two that run E24 again."""
    for path in (reproduction / "conf/experiment").glob("[ex]*.yaml"):
        if path.name[:3] not in ("e08", "e17", "e14", "e24"):
            path.unlink()
    (reproduction / FILE).write_text(RERUNS)
    return Experiments(reproduction, PARAMS.overrides)


def test_a_plan_counts_a_training_once_and_our_own_draws_once(experiments):
    plan = {part.experiment: (part.runs, part.updates, part.own) for part in make_plan(experiments, PARAMS)}
    assert plan == {
        "e08": (18, 36, 0),
        "e14": (15, 30, 6),
        "e17": (0, 0, 0),
        "e24": (3, 6, 0),
        "x07": (3, 6, 0),
        "x08": (2, 4, 0),
    }


def test_an_experiment_is_made_again_when_its_runs_or_its_number_of_seeds_change(experiments):
    def digests(**changed):
        return {part.experiment: part.digest for part in make_plan(experiments, replace(PARAMS, **changed))}

    first = digests()
    assert digests(seeds=[0]) == first  # which DVC knows by itself
    fewer = digests(at_most={1: ["e24"], 2: ["x08"]})
    assert {name for name in first if first[name] != fewer[name]} == {"e24"}
    assert len({first["e24"], first["x07"], first["x08"]}) == 3


def test_a_limit_takes_the_first_seeds():
    assert PARAMS.seeds_of("x08") == [0, 1]
    assert PARAMS.seeds_of("e01") == [0, 1, 2]


def test_a_limit_of_no_seed_is_refused(tmp_path):
    (tmp_path / "params.yaml").write_text("seeds: [0]\noverrides: []\nat_most: {0: [e01]}\n")
    with pytest.raises(UserError, match="at_most"):
        read_params(tmp_path / "params.yaml")
