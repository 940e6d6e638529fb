"""published.csv, the scores made of it, and the intervals of a mean and of one more run."""

import math
from dataclasses import replace

import pytest
from worlds import metrics

from budget import ROOT
from numlp.errors import UserError
from numlp.files import write_rows
from reproduction.explanations import EXPLANATIONS, read_explanations
from reproduction.measured import Measured, Run
from reproduction.scoreboard import Published, Score, load_scores, read_published
from reproduction.significance import estimate, predict_one_more

FILE = ROOT / "reproduction" / "published.csv"
ROWS = read_published(FILE)


def published(value=50.0, run="norm=none", split="test"):
    return Published("E01-01", "e01", "R0", "table 6", "a row", run, split, value, "")


def made(key, *tests):
    """A run of E01, a seed for each accuracy in test."""
    return Run("e01", key, {seed: metrics({"test": test}) for seed, test in enumerate(tests)})


def test_there_are_147_published_accuracies_each_with_its_id_and_readings_are_explained():
    assert len(ROWS) == len({row.id for row in ROWS}) == 147
    assert all(row.id.startswith(row.experiment.upper()) for row in ROWS)
    assert {row.reading for row in ROWS} - {""} <= {explanation.id for explanation in read_explanations(ROOT / EXPLANATIONS)}


def test_a_value_that_is_no_accuracy_is_refused(tmp_path):
    text = FILE.read_text().replace(",58.73,", ",158.73,", 1)
    (tmp_path / "published.csv").write_text(text)
    with pytest.raises(UserError, match="E01-01"):
        read_published(tmp_path / "published.csv")


@pytest.mark.parametrize(
    ("value", "accuracies", "within", "by_chance"),
    [
        (50.0, [51.0, 52.0], True, False),  # an interval of 1.5 -+ 11 confirms nothing
        (50.0, [51.6], False, False),
        (53.71, [55.21], True, False),  # 1.5 away, though 55.21 - 53.71 > 1.5 in binary
        (50.0, [48.3, 48.5], False, True),  # in the prediction interval, 48.4 -+ 2.2
        (50.0, [47.0, 48.0, 49.0], False, True),  # 48 -+ 4.97
        (50.0, [46.9, 48.0, 49.1], False, False),  # 48 -+ 5.5
        (50.0, [48.4, 48.5, 48.4, 48.5], False, False),
    ],
)
def test_within_means_a_mean_at_most_1_5_points_away_and_chance_an_interval_of_at_most_10(value, accuracies, within, by_chance):
    score = Score(published(value), made("norm=none", *accuracies), "test")
    assert (score.within, score.by_chance) == (within, by_chance)


@pytest.mark.parametrize("spelling", ["lam=0.001", "lam=1e-3", "lam = 0.0010"])
def test_a_published_row_is_compared_with_the_run_of_its_settings_however_they_are_spelled(tmp_path, spelling):
    write_rows(tmp_path / "published.csv", Published, [replace(published(), run=spelling)])
    measured = Measured([made("lam=0.001", 51, 53), made("lam=0.002", 90), made("own:lam=0.001", 99), Run("e02", "lam=0.001")])
    (score,) = load_scores(tmp_path / "published.csv", measured)
    assert (score.estimate.mean, score.estimate.n) == (pytest.approx(52.0), 2)


def test_one_more_run_is_looked_for_where_students_t_has_it():
    """For 1, 2, 3: the mean 2, the deviation 1, and t = 4.3027 of two degrees of freedom."""
    low, high = predict_one_more(estimate([1.0, 2.0, 3.0]))
    half = 4.30265 * math.sqrt(1 + 1 / 3)
    assert (low, high) == pytest.approx((2 - half, 2 + half), abs=1e-4)
    assert all(map(math.isnan, predict_one_more(estimate([50.0]))))  # one run says nothing of the next
