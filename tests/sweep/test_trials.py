"""Trials: seeds judged together."""

import math

import pytest

from numlp.runs.outcome import Outcome, from_content, load_outcome, save_outcome
from numlp.runs.outcome import content as as_content
from numlp.sweep.jobs import Job, Status
from numlp.sweep.trials import best_points, group_by_trial, rank_trials


def job(trial, accuracy, seed="0", test=0.5, note="", cost=1.0):
    outcome = None if accuracy is None else Outcome(accuracy, accuracy, cost, test, 1.0, 1.0, 1.0, "", note)
    state = "failed" if outcome is None else "done"
    return Job(0, 0, trial, trial, {"lam": str(trial)}, seed, [], status=Status(state, outcome=outcome))


def test_the_mean_over_the_seeds_chooses_and_no_test_figure_has_a_say():
    trials = group_by_trial(
        [job(0, 0.9, "0", test=0.1), job(1, 0.6, "0", 0.9), job(0, 0.1, "1"), job(1, 0.6, "1", 0.9), job(2, 0.59, test=1.0)]
    )
    assert [trial.mean("val_accuracy") for trial in trials] == pytest.approx([0.5, 0.6, 0.59])
    assert best_points(trials, "val_accuracy", 2) == [{"lam": "1"}, {"lam": "2"}]
    assert trials[0].deviation("val_accuracy") == pytest.approx(math.sqrt(0.32))
    assert math.isnan(trials[2].deviation("val_accuracy"))


def test_of_costs_the_lower_is_better():
    trials = group_by_trial([job(0, 0.9, cost=2.0), job(1, 0.1, cost=1.0)])
    assert best_points(trials, "val_cost", 1) == [{"lam": "1"}]


def test_what_failed_was_pruned_or_diverged_is_never_the_best():
    trials = group_by_trial(
        [job(0, None), job(1, 0.0, note="pruned"), job(2, 0.0, note="diverged: at step 3"), job(3, 0.01), job(4, 0.9), job(4, None)]
    )
    assert [trial.state for trial in trials] == ["failed", "pruned", "diverged", "done", "failed"]
    assert [trial.point for trial in rank_trials(trials, "val_accuracy")] == [{"lam": "3"}]


def test_an_outcome_reads_back_also_with_a_cost_that_is_not_finite(tmp_path):
    made = Outcome(0.0, 0.0, math.inf, 0.0, 1.5, 2.0, 3.0, "folder", "diverged: x")
    save_outcome(tmp_path / "a.json", made)
    assert load_outcome(tmp_path / "a.json") == made == from_content(as_content(made))
    assert "Infinity" not in (tmp_path / "a.json").read_text()
    assert load_outcome(tmp_path / "b.json") is None
