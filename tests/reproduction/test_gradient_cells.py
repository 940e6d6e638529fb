"""The published cells of the gradient checks beside ours."""

from dataclasses import replace

import pytest

from budget import ROOT
from numlp.files import read_rows
from reproduction.gradient_checks import Checked, PublishedCell, compare
from reproduction.measured import load_measured

CELL = PublishedCell("G1", "R0 table 2", "50", "before", 1, "W", "mean_abs", 1e-7)
ROW = Checked("G1", "50", "before", 1, "W", 0, 1.0, 1e-8, 0.0, 1e-8, 2e-8, 1e-11, "agrees")


def judged(cell=CELL, **changed):
    return compare([cell], [replace(ROW, **changed)])[0]


@pytest.mark.parametrize(
    ("published", "ours", "limit", "verdict"),
    [
        (1e-7, 1e-7, 1e-11, "as tight"),
        (1e-11, 4.9e-11, 1e-10, "both rounding"),
        (1e-11, 5.1e-11, 1e-10, "looser"),  # beyond a factor of five
        (1.9e-9, 2e-9, 2e-9, "looser"),  # within it, but above 1e-9
        (1e-7, 2e-7, 1e-8, "as tight without truncation"),
        (1e-7, 2e-7, 1.1e-7, "looser"),
    ],
)
def test_a_cell_is_as_tight_or_rounding_or_looser(published, ours, limit, verdict):
    found = judged(replace(CELL, value=published), mean_abs=ours, limit=limit)
    assert (found.verdict, found.good) == (verdict, verdict != "looser")


def test_a_cell_that_is_zero_by_theory_has_to_be_zero_in_every_seed():
    cell, zero = replace(CELL, kind="b", value=1e-17), replace(ROW, kind="b", mean_abs=1e-16, verdict="zero")
    assert compare([cell], [zero, replace(zero, seed=1)])[0].verdict == "zero"
    assert compare([cell], [zero, replace(zero, seed=1, verdict="differs", mean_abs=1e-3, limit=1e-3)])[0].verdict == "looser"


def test_a_relative_difference_is_of_the_gradients_size():
    cell = replace(CELL, measure="relative", value=1e-6)
    assert judged(cell, gradient=1e-3, mean=0.0, std=0.9e-9).verdict == "as tight"
    assert judged(cell, gradient=1e-3, mean=0.0, std=1.1e-6, limit=1.1e-6).verdict == "looser"


def test_a_cell_that_was_not_checked_is_no_good():
    found = compare([CELL], [])[0]
    assert (found.verdict, found.good) == ("no data", False)


def test_every_published_cell_is_met_and_the_biases_before_batch_norm_are_zero():
    cells = read_rows(ROOT / "reproduction" / "gradients.csv", PublishedCell)
    checked = load_measured(ROOT / "reproduction" / "results").gradients
    found = compare(cells, checked)
    assert {comparison.cell.case for comparison in found} == {"G1", "G2", "G3", "G4", "G5"}
    assert [comparison.cell for comparison in found if not comparison.good] == []
    by_theory = {(row.case, row.hidden, row.layer, row.kind) for row in checked if row.verdict == "zero"}
    hidden = {(row.case, row.hidden, row.layer, "b") for row in checked if row.norm == "before" and row.layer <= row.hidden.count("-") + 1}
    assert hidden <= by_theory
