"""published.csv, the scores made of it, and the intervals of a mean and of one more run."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from rehearsal import ROOT
from worlds import metrics

from numlp.errors import UserError
from numlp.files import write_rows
from reproduction.measured import Run, load_measured
from reproduction.scoreboard import Published, Score, load_scores, read_published
from reproduction.significance import estimate, predict_one_more

FILE = ROOT / "reproduction" / "published.csv"
HEADER = "experiment,run,seed,train_accuracy,val_accuracy,test_accuracy,train_cost,val_cost,test_cost,best_val_accuracy,steps,model_digest"
ROWS = read_published(FILE)


def published(value=50.0, run="norm=none", split="test"):
    return Published("E01-01", "e01", "R0", "table 6", "a row", run, split, value, "")


def estimates(folder, *rows):
    """What the result files of `folder` say for published rows."""
    write_rows(folder / "published.csv", Published, rows)
    return [score.estimate for score in load_scores(folder / "published.csv", load_measured(folder))]


def test_there_are_147_published_accuracies_each_with_an_id_of_its_own():
    assert len(ROWS) == len({row.id for row in ROWS}) == 147
    assert all(row.id.startswith(row.experiment.upper()) for row in ROWS)


def test_each_reading_is_a_section_of_the_page_and_each_section_is_used():
    sections = set(re.findall(r"^## (\S+)$", (ROOT / "docs" / "published.md").read_text(), re.MULTILINE))
    assert {row.reading for row in ROWS} - {""} == sections


def test_a_value_that_is_no_accuracy_is_refused(tmp_path):
    text = FILE.read_text().replace(",58.73,", ",158.73,", 1)
    (tmp_path / "published.csv").write_text(text)
    with pytest.raises(UserError, match="E01-01"):
        read_published(tmp_path / "published.csv")


@pytest.mark.parametrize(
    ("value", "accuracies", "within", "held"),
    [
        (50.0, [51.0, 52.0], True, True),
        (50.0, [51.6], False, False),
        (53.71, [55.21], True, True),  # 1.5 away, though 55.21 - 53.71 > 1.5 in binary
        (50.0, [48.3, 48.5], False, True),  # in the prediction interval, 48.4 -+ 2.2
        (50.0, [48.4, 48.5, 48.4, 48.5], False, False),
    ],
)
def test_within_means_a_mean_at_most_1_5_points_away(value, accuracies, within, held):
    run = Run("e01", "norm=none", {seed: metrics({"test": accuracy}) for seed, accuracy in enumerate(accuracies)})
    score = Score(published(value), run, "test")
    assert (score.within, score.held) == (within, held)


def test_what_was_not_run_is_neither_made_up_nor_within():
    score = Score(published(), None, "test")
    assert (score.values, score.within, score.held, score.missed) == ((), False, False, False)


def test_the_scoreboard_takes_the_rows_of_the_run_and_the_column_of_the_split(tmp_path):
    lines = [
        "e01,norm=none,0,0.6,0.5,0.51,1,1,1,0.5,9,a",
        "e01,norm=none,1,0.6,0.5,0.53,1,1,1,0.5,9,b",
        "e01,norm=before,0,0.6,0.5,0.99,1,1,1,0.5,9,c",
        "e01,own:norm=none,0,0.6,0.5,0.99,1,1,1,0.5,9,d",
    ]
    (tmp_path / "e01.csv").write_text("\n".join([HEADER, *lines]) + "\n")
    (ours,) = estimates(tmp_path, published())
    assert (ours.mean, ours.n) == (pytest.approx(52.0), 2)


@pytest.mark.parametrize("spelling", ["lam=0.001", "lam=1e-3", "lam = 0.0010"])
def test_a_value_in_another_spelling_is_the_same_run(tmp_path, spelling):
    (tmp_path / "e01.csv").write_text(f"{HEADER}\ne01,lam=0.001,0,0.6,0.5,0.51,1,1,1,0.5,9,a\ne01,lam=0.002,0,0.6,0.5,0.9,1,1,1,0.5,9,b\n")
    (ours,) = estimates(tmp_path, replace(published(), run=spelling))
    assert (ours.mean, ours.n) == (pytest.approx(51.0), 1)


def test_one_more_run_is_looked_for_where_students_t_has_it():
    """For 1, 2, 3: the mean 2, the deviation 1, and t = 4.3027 of two degrees of freedom."""
    low, high = predict_one_more(estimate([1.0, 2.0, 3.0]))
    half = 4.30265 * math.sqrt(1 + 1 / 3)
    assert (low, high) == pytest.approx((2 - half, 2 + half), abs=1e-4)


def test_one_run_says_nothing_of_the_next():
    assert all(map(math.isnan, predict_one_more(estimate([50.0]))))


def test_one_more_run_lies_in_its_interval_19_times_of_20():
    draws = np.random.default_rng(5).normal(50.0, 2.0, (2000, 6))
    intervals = [predict_one_more(estimate(row[:5])) for row in draws]
    inside = [low <= row[5] <= high for row, (low, high) in zip(draws, intervals, strict=True)]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.015)
