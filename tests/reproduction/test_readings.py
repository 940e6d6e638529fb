"""Readings of a report: which is tried, and which is supported."""

import shutil
from collections import Counter
from fnmatch import fnmatchcase
from itertools import combinations

import pytest
from worlds import metrics

from budget import ROOT
from reproduction.explanations import Explanation
from reproduction.measured import Measured, Run
from reproduction.readings import READINGS, Answer, Open, Question, choose_readings, read_readings
from reproduction.results import COMMITTED
from reproduction.scoreboard import PUBLISHED, Published, Score, read_published
from reproduction.settings import RERUNS, read_reruns
from reproduction.verdicts import judge_row, write_scoreboard

ENTRIES = read_readings(ROOT / READINGS)


def run(experiment, key, *test, train=None):
    rows = {seed: metrics({"test": value, "train": value if train is None else train}) for seed, value in enumerate(test)}
    return Run(experiment, key, rows)


def stated(number, value, measured):
    """A row of E01, compared with the run `norm=none` or `norm=before` in test."""
    key = ("norm=none", "norm=before")[number]
    return Score(Published(f"E01-{number}", "e01", "R0", "a table", "a row", key, "test", value, ""), measured.run(f"e01 {key}"), "test")


MEASURED = Measured(
    (
        run("e01", "norm=none", 50.0, 50.1, train=60),
        run("e01", "norm=before", 52.0, 52.1, train=62),
        run("x07", "base=e01;norm=none", 30.0, 30.1),
        run("x05", "norm=before", 40.0, 40.1),
    )
)
AGAIN = Question("Again?", "no", [Answer("again", "yes", again=["x07"])])
SHORT = Question("Short?", "no", [Answer("short", "yes", runs={"E01-1": "x05 {run}"}), Answer("longer", "yes", runs={"E01-1": "x09"})])
TRAIN = Question("Of which images?", "test", [Answer("train", "training", splits={"test": "train"})])


def chosen(values, *questions):
    scores = [stated(number, value, MEASURED) for number, value in enumerate(values)]
    return choose_readings({"R0": Open("", "", "", list(questions))}, scores, MEASURED)["R0"]


def test_every_combination_of_measured_answers_is_tried():
    choice = chosen((50, 52), AGAIN, SHORT, TRAIN)  # `longer` has no run
    answers = (" + ".join(some) for count in (1, 2, 3) for some in combinations(("again", "short", "train"), count))
    assert sorted(reading.id for reading in choice.tried) == sorted(("as stated", *answers))
    assert choice.supported == choice.stated == choice.tried[0]


@pytest.mark.parametrize(
    ("values", "supported"),
    [((30, 52), "again"), ((50, 40), "short"), ((30, 40), "again + short"), ((60, 62), "train"), ((10, 10), "as stated")],
)
def test_the_supported_reading_is_that_which_brings_most_rows_within(values, supported):
    choice = chosen(values, AGAIN, SHORT, TRAIN)
    assert choice.supported.id == supported
    assert choice.supported.within >= choice.stated.within


@pytest.mark.parametrize(
    ("ours", "supported", "verdict"),
    [
        ((50.0, 51.0), run("x05", "", 30.0), "within"),
        ((30.0, 31.0), run("x05", "", 50.0), "explained by an experiment"),
        ((30.0, 31.0), run("x07", "", 50.0), "explained by a planted fault"),
        ((48.3, 48.5), None, "by chance"),  # 48.4 -+ 2.2
        ((10.0, 80.0), None, "unexplained"),  # an interval of more than 10 confirms nothing
        ((30.0, 31.0), run("x05", "", 30.0), "unexplained"),
        ((30.0, 31.0), run("e02", "", 30.0), "unexplained, report silent"),
        ((), None, "not measured"),
    ],
)
def test_a_row_has_one_verdict(ours, supported, verdict):
    row = Published("E01-0", "e01", "R0", "a table", "a row", "", "test", 50.0, "")
    scores = [Score(row, own, "test") for own in (run("e01", "", *ours), supported or run("e01", "", *ours))]
    silent = [Explanation("r0-a", "A", "", rows=["E01-*"], silent=verdict.endswith("silent"))]
    judged = judge_row(*scores, read_reruns(ROOT / RERUNS), silent)
    assert (judged.verdict, judged.experiment) == (verdict, supported.experiment if "explained by" in verdict else "")


def test_committed_scoreboard_is_that_of_the_results(tmp_path):
    shutil.copytree(ROOT / "reproduction", tmp_path / "reproduction", ignore=shutil.ignore_patterns("figures", "*.py"))
    board = tmp_path / COMMITTED / "scoreboard.csv"
    board.unlink()
    write_scoreboard(tmp_path, COMMITTED)
    assert board.read_bytes() == (ROOT / COMMITTED / "scoreboard.csv").read_bytes()


def test_no_row_has_runs_of_two_questions_and_each_id_stands_once():
    """Else the order of the questions would decide."""
    rows, reruns = read_published(ROOT / PUBLISHED), read_reruns(ROOT / RERUNS)

    def moved(answer):
        again = {(base, key) for name in answer.again for base, keys in reruns[name].runs.items() for key in keys}
        named = {row.id for row in rows if any(fnmatchcase(row.id, pattern) for pattern in answer.runs)}
        return named | {row.id for row in rows if (row.experiment, row.run) in again}

    for report, entry in ENTRIES.items():
        questions = entry.questions
        times = Counter(row for question in questions for row in set().union(*map(moved, question.answers)))
        assert max(times.values(), default=1) == 1, times
        assert all(row in {r.id for r in rows if r.source == report} for row in times)
        ids = [answer.id for question in questions for answer in question.answers]
        assert len(set(ids)) == len(ids)
        for question in questions:
            for answer in question.answers:
                assert moved(answer) or answer.splits, answer.id
