"""The plots of a search."""

import numpy as np
import pytest
from matplotlib.tri import TriContourSet

from numlp.config.search import Place
from numlp.results.outcome import Outcome
from numlp.sweep.plots import draw_contour, draw_rounds
from numlp.sweep.space import Range
from numlp.sweep.trial import Job, Trial

SPANS = {"eta": Range(1e-4, 1e-1, log=True), "alpha": Range(0.1, 0.9)}
ROUNDS = [SPANS, {"eta": Range(1e-3, 1e-2, log=True), "alpha": Range(0.4, 0.6)}]


def trials(*places, round_=0):
    jobs = [[Job(Place(), [], outcome=Outcome("done", "", val_accuracy=accuracy))] for _, _, accuracy in places]
    points = [{"eta": str(eta), "alpha": str(alpha)} for eta, alpha, _ in places]
    return [Trial(0, round_, *both) for both in zip(points, jobs, strict=True)]


FIVE = [(1e-4, 0.1, 0.3), (1e-4, 0.9, 0.35), (1e-1, 0.1, 0.4), (1e-1, 0.9, 0.5), (1e-3, 0.5, 0.45)]


def surface(figure):
    return [drawn for drawn in figure.axes[0].collections if isinstance(drawn, TriContourSet)]


def test_each_key_has_a_panel_with_every_trial_and_every_round_shaded():
    eta, alpha = draw_rounds([*trials((0.001, 0.5, 0.5)), *trials((0.003, 0.45, 0.53), round_=1)], ROUNDS, "title").axes
    assert (eta.get_xlabel(), eta.get_xscale(), alpha.get_xlabel(), alpha.get_xscale()) == ("eta", "log", "alpha", "linear")
    shaded = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in eta.patches]
    assert shaded == [pytest.approx((1e-4, 1e-1)), pytest.approx((1e-3, 1e-2))]
    assert [tuple(line.get_xydata()[0]) for line in eta.lines if line.get_marker() == "o"] == [(0.001, 50), (0.003, 53)]


def test_every_trial_is_a_point_and_the_best_has_a_star():
    axes = draw_contour(trials(*FIVE), SPANS, "title").axes[0]
    assert (axes.get_xlabel(), axes.get_xscale(), axes.get_ylabel(), axes.get_yscale()) == ("eta", "log", "alpha", "linear")
    points = next(drawn for drawn in axes.collections if not isinstance(drawn, TriContourSet))
    assert np.array(points.get_offsets()).tolist() == [[eta, alpha] for eta, alpha, _ in FIVE]
    assert list(points.get_array()) == pytest.approx([30, 35, 40, 50, 45])
    (star,) = axes.lines
    assert star.get_xydata().tolist() == [[1e-1, 0.9]]


def test_between_the_trials_accuracy_is_interpolated_on_the_logarithmic_scale():
    """Accuracy grows by 10 points from 1e-4 to 1e-1, so that 35 % lies in the middle of the axis."""
    corners = trials((1e-4, 0.1, 0.3), (1e-4, 0.9, 0.3), (1e-1, 0.1, 0.4), (1e-1, 0.9, 0.4))
    (drawn,) = surface(draw_contour([*corners, *corners], SPANS, "title"))
    middle = int(np.abs(drawn.levels - 35).argmin())
    assert drawn.levels[middle] == pytest.approx(35)
    edge = drawn.get_paths()[middle + 1].vertices[:, 0]  # the first path is of what lies below all levels
    assert edge.min() == pytest.approx(0.5)


@pytest.mark.parametrize(
    "places",
    [[(1e-3, 0.5, 0.4)], [(1e-4, 0.1, 0.3), (1e-3, 0.2, 0.3)], [(1e-3, 0.1 * i, 0.3) for i in range(1, 9)]],
    ids=["one", "two alike", "on a line"],
)
def test_trials_without_a_plane_are_points_alone(places):
    figure = draw_contour(trials(*places), SPANS, "title")
    figure.draw_without_rendering()
    assert not surface(figure)
