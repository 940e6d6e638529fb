"""published.csv, and the scoreboard made of it."""

import re
from dataclasses import replace

import pytest
from rehearsal import ROOT
from worlds import metrics

from numlp.errors import UserError
from numlp.files import write_rows
from reproduction.measured import Run, load_measured
from reproduction.scoreboard import Published, Score, load_scores, read_published

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
    (estimate,) = estimates(tmp_path, published())
    assert (estimate.mean, estimate.n) == (pytest.approx(52.0), 2)


@pytest.mark.parametrize("spelling", ["lam=0.001", "lam=1e-3", "lam = 0.0010"])
def test_a_value_in_another_spelling_is_the_same_run(tmp_path, spelling):
    (tmp_path / "e01.csv").write_text(f"{HEADER}\ne01,lam=0.001,0,0.6,0.5,0.51,1,1,1,0.5,9,a\ne01,lam=0.002,0,0.6,0.5,0.9,1,1,1,0.5,9,b\n")
    (estimate,) = estimates(tmp_path, replace(published(), run=spelling))
    assert (estimate.mean, estimate.n) == (pytest.approx(51.0), 1)
