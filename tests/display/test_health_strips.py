"""The facts that a glance at the layers' health tells."""

import numpy as np

from numlp.display.health_strips import Watched, draw_health
from numlp.training.history import LayerHealth, Record


def watched(label, deviations, dead, gradient):
    """A run of two records, of which the deviations are given a layer a row."""
    rows = [
        LayerHealth(step, float(step), layer, 0.1, deviation, dead, gradient, 0.1, *[np.nan] * 4)
        for step, of_record in enumerate(zip(*deviations, strict=True))
        for layer, deviation in enumerate(of_record, start=1)
    ]
    records = [Record(step, float(step), 0.1, 2.0, 2.0, 0.1, 2.0, 2.0, 0.1) for step in range(2)]
    return Watched(label, records, rows)


def test_a_gradient_of_0_is_drawn_as_the_lowest_and_not_as_missing():
    figure = draw_health(
        [watched("lost", [(1.0, 1.0), (1.0, 1.0)], dead=0.0, gradient=0.0), watched("well", [(1.0, 1.0)] * 2, 0.0, 0.5)], "s", 10
    )
    (axes,) = [axes for axes in figure.axes if axes.get_title(loc="left").endswith("gradient")]
    (mesh,) = axes.collections
    assert not np.ma.getmaskarray(mesh.get_array()).any()
