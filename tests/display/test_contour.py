"""The plane of two keys of a search."""

import math

import numpy as np
import pytest
from matplotlib.contour import QuadContourSet

from numlp.display.contour import draw_contour
from numlp.display.search_rounds import Span, Tried

SPANS = {"eta": Span(1e-4, 1e-1, True), "alpha": Span(0.1, 0.9, False)}


def tried(*places):
    return [Tried(0, {"eta": eta, "alpha": alpha}, accuracy, math.nan) for eta, alpha, accuracy in places]


FIVE = tried((1e-4, 0.1, 0.3), (1e-4, 0.9, 0.35), (1e-1, 0.1, 0.4), (1e-1, 0.9, 0.5), (1e-3, 0.5, 0.45))


def surface(figure):
    return [found for found in figure.axes[0].collections if isinstance(found, QuadContourSet)]


def test_every_trial_is_a_point_within_the_frame_and_the_best_has_a_star():
    figure = draw_contour(FIVE, SPANS, "subject", "title")
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_xscale(), axes.get_ylabel(), axes.get_yscale()) == ("eta", "log", "alpha", "linear")
    points = next(found for found in axes.collections if not isinstance(found, QuadContourSet))
    assert np.array(points.get_offsets()).tolist() == [[trial.values["eta"], trial.values["alpha"]] for trial in FIVE]
    assert list(points.get_array()) == pytest.approx([30, 35, 40, 50, 45])
    (star,) = axes.lines
    assert star.get_xydata().tolist() == [[1e-1, 0.9]]
    assert axes.get_xlim()[0] < 1e-4 < 1e-1 < axes.get_xlim()[1]


def test_between_the_trials_accuracy_is_interpolated_on_the_logarithmic_scale():
    """Accuracy grows by 10 points from 1e-4 to 1e-1, so that 35 % lies at their geometric mean."""
    figure = draw_contour(tried((1e-4, 0.1, 0.3), (1e-4, 0.9, 0.3), (1e-1, 0.1, 0.4), (1e-1, 0.9, 0.4)), SPANS, "subject", "title")
    (drawn,) = surface(figure)
    middle = int(np.abs(drawn.levels - 35).argmin())
    assert drawn.levels[middle] == pytest.approx(35)
    # The first path is of what lies below all levels.
    edge = drawn.get_paths()[middle + 1].vertices[:, 0]
    assert edge.min() == pytest.approx(math.sqrt(1e-4 * 1e-1), rel=0.03)


@pytest.mark.parametrize(
    "places",
    [[(1e-3, 0.5, 0.4)], [(1e-4, 0.1, 0.3), (1e-3, 0.2, 0.3)], [(1e-3, 0.1 * i, 0.3) for i in range(1, 9)]],
    ids=["one", "two alike", "on a line"],
)
def test_trials_without_a_plane_are_points_alone(places):
    figure = draw_contour(tried(*places), SPANS, "subject", "title")
    figure.draw_without_rendering()
    assert not surface(figure)


def test_a_place_that_is_tried_twice_is_drawn():
    assert surface(draw_contour([*FIVE, *FIVE], SPANS, "subject", "title"))
