"""The figures and tables of `numlp compare`."""

import io
import math

import numpy as np
import pytest
from rich.console import Console

from numlp.analysis.paired_test import compare_paired
from numlp.display.comparison_table import Compared, tabulate_many
from numlp.display.figures import Curve, draw_overlaid_curves
from numlp.training.history import Record

TITLE = "synthetic, seed 0\nhe, sgd"


def history(cost: float, points: int = 3) -> list[Record]:
    return [Record(90 * i, float(i), 0.1, cost + i, 2.0, 0.1 * i, cost + i + 0.5, 2.0, 0.05 * i) for i in range(points)]


def entries(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_each_run_has_a_color_with_a_full_and_a_dashed_line():
    figure = draw_overlaid_curves([Curve("A", [history(1)]), Curve("B", [history(2, points=5)])], TITLE)
    cost, accuracy = figure.axes
    assert [(line.get_color(), line.get_linestyle(), len(line.get_xdata())) for line in cost.lines] == [
        ("#0072B2", "-", 3),
        ("#0072B2", "--", 3),
        ("#D55E00", "-", 5),
        ("#D55E00", "--", 5),
    ]
    assert list(accuracy.lines[0].get_ydata()) == pytest.approx([0, 10, 20])
    assert entries(figure) == ["A", "B", "training", "validation"]
    assert not cost.collections


def test_seeds_of_the_same_settings_are_a_line_at_their_mean_and_a_band_from_lowest_to_highest():
    figure = draw_overlaid_curves([Curve("A, B, C", [history(1), history(2), history(6)]), Curve("D", [history(2)])], TITLE)
    cost = figure.axes[0]
    assert list(cost.lines[0].get_ydata()) == [3, 4, 5]
    bands = [band.get_paths()[0].vertices for band in cost.collections]
    assert len(bands) == 2  # of training and validation
    last = bands[0][bands[0][:, 0] == 2, 1]
    assert (last.min(), last.max()) == (3, 8)
    assert "Line: mean over the seeds. Band: from the lowest to the highest." in [text.get_text() for text in figure.texts][1]


def test_a_cost_that_cannot_be_drawn_is_a_cross_that_the_legend_names_once():
    figure = draw_overlaid_curves([Curve("A", [history(math.inf)]), Curve("B", [history(math.nan)])], TITLE)
    figure.draw_without_rendering()
    assert entries(figure) == ["A", "off the scale (inf, NaN)", "B", "training", "validation"]


def test_long_labels_stand_below_each_other_inside_the_figure():
    labels = [f"{letter} (hidden [30, 20, 20, 10, 10, 10, 10, 10], optim momentum, schedule exponential)" for letter in "ABCDEFGH"]
    figure = draw_overlaid_curves([Curve(label, [history(place)]) for place, label in enumerate(labels)], TITLE)
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert (box.x0 >= 0, box.x1 <= figure.bbox.x1) == (True, True)


def test_many_runs_have_a_column_each_and_are_set_against_the_first():
    masks = [np.arange(1000) < n for n in (500, 510, 480)]
    rows = [Compared(0.5, 200, 0.5, None)]
    rows += [Compared(0.4, 100, found.accuracies[1], found) for found in (compare_paired(masks[0], mask) for mask in masks[1:])]
    choices = {"lam": [0.1, 0.01234567, None], "model.hidden": [[50, 50], [20], [20]]}
    console = Console(record=True, width=100, file=io.StringIO())
    console.print(tabulate_many(["x", "[red]", "z"], choices, rows, "synthetic"))
    text = console.export_text()
    lines = [line.split() for line in text.splitlines()]
    assert ["B", "[red]"] in lines
    assert ["lam", "0.1", "0.01235", "-"] in lines
    assert ["model.hidden", "[50,50]", "[20]", "[20]"] in lines
    assert ["of", "n", "images", "200", "100", "100"] in lines
    assert ["test", "%", "50.00", "51.00", "48.00"] in lines
    assert ["minus", "A", "+1.00", "-2.00"] in lines
    assert "without a correction for 2 comparisons" in " ".join(text.split())
