"""The plot of a search's rounds."""

import math

import pytest

from numlp.display.search_rounds import Span, Tried, draw_rounds

SPANS = [{"lam": Span(1e-5, 1e-1, True), "alpha": Span(0.1, 0.9, False)}, {"lam": Span(1e-3, 1e-2, True), "alpha": Span(0.4, 0.6, False)}]
TRIED = [Tried(0, {"lam": 0.001, "alpha": 0.5}, 0.5, 0.01), Tried(1, {"lam": 0.003, "alpha": 0.45}, 0.53, math.nan)]


def test_each_key_has_a_panel_with_every_trial_and_every_round_shaded():
    figure = draw_rounds(TRIED, SPANS, "subject", "title")
    lam, alpha = figure.axes
    assert (lam.get_xlabel(), lam.get_xscale()) == ("lam", "log")
    assert (alpha.get_xlabel(), alpha.get_xscale()) == ("alpha", "linear")
    shaded = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in lam.patches]
    assert shaded == [pytest.approx((1e-5, 1e-1)), pytest.approx((1e-3, 1e-2))]
    points = [tuple(line.get_xydata()[0]) for line in lam.lines if line.get_marker() == "o"]
    assert points == [(0.001, 50), (0.003, 53)]


def test_a_search_without_results_is_drawn_empty():
    figure = draw_rounds([], SPANS[:1], "subject", "title")
    assert len(figure.axes) == 2
