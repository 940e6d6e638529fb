"""Each claim on made-up results: it holds in the reports' world, fails in its opposite, and is open where the seeds scatter."""

import pytest
from worlds import DRAWS, LONG, SHORT, world

from budget import ROOT
from reproduction.claims import CLAIMS, examine, read_claims
from reproduction.measured import Measured, Run

BY_ID = read_claims(ROOT / CLAIMS)

OPPOSITE = {  # runs changed so that the claim is contradicted, one for each kind of value and check
    "R0.1": {"e02 norm=before": 40, "e04 norm=before": 40},
    "R0.2": {"e01 norm=before": 60},
    "R0.4": {"e08 norm=none;init.sigma=0.001": 47},
    "R0.7": {"e09 norm=before;init.sigma=0.001": 50},
    "R0.8": {"e09 norm=before;init.sigma=0.001": 51, "e09 norm=before;init.sigma=0.0001": 51},
    "R0.9": {"e11 train.cycles=3": 33},
    "R0.12": {"e06 lam=0.004768558843785876": 50},
    "X.3": {"e07 lam=0.005099999999999999": 56},
    "R2.1": {"e18 single": 70},
    "R2.4": {"e20 model.hidden=[100];train.record.cost=aggregated": 46},
    "R2.5": {"e21 lam=0.01757893078506135": 55},
    "R2.7": {LONG: {"train": 60, "val": 56, "test": 56}, SHORT: {"train": 50, "val": 46, "test": 46}},
    "R3.3": {"e26 single": 52},
    "R4.4": {run: 50 - place for place, run in enumerate(DRAWS)},
}
OPPOSITE_LOSSES = {"R1.1": {"e12 norm=before": (1.0, 1.2)}, "R1.3": {"e13 norm=before": (1.8, 1.7)}}
OPPOSITE_GROWTH = ("R0.14", "R4.6")
CHANGED = (*OPPOSITE, *OPPOSITE_LOSSES, *OPPOSITE_GROWTH)


def opposite(name, noise=0.01):
    return world(OPPOSITE.get(name), OPPOSITE_LOSSES.get(name), 0.1 if name in OPPOSITE_GROWTH else 100.0, noise)


@pytest.mark.parametrize("name", BY_ID)
def test_a_claim_is_reproduced_by_the_figures_of_its_report(name):
    finding = examine(name, BY_ID[name], world())
    assert finding.verdict == "reproduced", [(o.part.label, o.estimate, o.verdict) for o in finding.outcomes]
    assert {outcome.estimate.n for outcome in finding.outcomes} - {5} <= {3}  # pairs of draws


@pytest.mark.parametrize("name", CHANGED)
def test_a_claim_is_contradicted_by_its_opposite_and_open_where_seeds_scatter(name):
    assert examine(name, BY_ID[name], opposite(name)).verdict == "contradicted"
    assert examine(name, BY_ID[name], world(noise=60.0)).verdict == "inconclusive"


@pytest.mark.parametrize("name", BY_ID)
def test_a_claim_without_runs_has_no_data(name):
    assert examine(name, BY_ID[name], Measured(())).verdict == "no data"


def test_one_seed_is_no_interval_and_so_no_verdict():
    one = [Run(run.experiment, run.key, {0: run.rows[0]}) for run in world().runs]
    finding = examine("R0.1", BY_ID["R0.1"], Measured(one))
    assert (finding.verdict, finding.reason) == ("no data", "fewer than two seeds")
    assert {outcome.estimate.n for outcome in finding.outcomes} == {1}


FAULTY = {f"x07 base=e09;norm=before;init.sigma={sigma}": accuracy for sigma, accuracy in (("0.1", 52), ("0.001", 17), ("0.0001", 33))}
FAULTY |= {"x07 base=e08;norm=before;init.sigma=0.0001": 53, "x07 base=e11;train.cycles=3": 41}


@pytest.mark.parametrize("name", ["R0.7", "R0.8", "R0.9"])
def test_a_claim_that_holds_with_a_planted_mistake_alone_is_explained_by_it(name):
    explained = examine(name, BY_ID[name], world({**OPPOSITE[name], **FAULTY}))
    assert explained.verdict == "explained by a fault"
    assert [outcome.verdict for outcome in explained.outcomes][-1] == "reproduced"
    harmless = dict.fromkeys(FAULTY, 52)
    assert examine(name, BY_ID[name], world({**OPPOSITE[name], **harmless})).verdict == "contradicted"
    assert examine(name, BY_ID[name], world(FAULTY)).verdict == "reproduced"
