"""Headings, and files that are the same for the same figure."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from numlp.display.confusion import draw_confusion
from numlp.display.curves import draw_curves
from numlp.display.images import draw_first_layer
from numlp.display.style import save
from numlp.training.history import Record

LONG = "CIFAR-10, archive 8114b53f... (not the official file), a $x_{ name$\n" + "hidden [50, 30, 20, 20, 10, 10, 10, 10], " * 8


def curves(title: str) -> Figure:
    return draw_curves([Record(i * 450, float(i), 0.1, 2.0, 2.0, 0.1, 2.0, 2.0, 0.1) for i in range(3)], title, 10)


def confusion(title: str) -> Figure:
    return draw_confusion(np.eye(10, dtype=int), [f"class {i}" for i in range(10)], title)


def first_layer(title: str) -> Figure:
    return draw_first_layer(np.random.default_rng(0).normal(size=(3072, 12)), (32, 32, 3), title)


every_figure = pytest.mark.parametrize("draw", [curves, confusion, first_layer])


@every_figure
def test_same_data_give_the_same_bytes_without_date_or_version_in_any_style(draw, tmp_path: Path):
    save(draw("a $x_{ name$"), tmp_path / "a.png")
    before = dict(matplotlib.rcParams)
    with matplotlib.rc_context({"figure.facecolor": "black", "savefig.facecolor": "black", "font.size": 20, "axes.edgecolor": "red"}):
        save(draw("a $x_{ name$"), tmp_path / "b.png")
        assert matplotlib.rcParams["font.size"] == 20
    assert dict(matplotlib.rcParams) == before
    written = (tmp_path / "a.png").read_bytes()
    assert (tmp_path / "b.png").read_bytes() == written
    assert not any(word in written for word in (b"tEXt", b"iTXt", b"tIME", b"Software"))


@every_figure
def test_long_title_is_wrapped_inside_the_figure_and_above_the_drawing(draw):
    figure = draw(LONG)
    figure.draw_without_rendering()
    heading = [text.get_window_extent() for text in figure.texts]
    assert min(box.x0 for box in heading) >= 0
    assert max(box.x1 for box in heading) <= figure.bbox.x1
    assert max(box.y1 for box in heading) <= figure.bbox.y1
    assert heading[1].y0 >= max(axes.get_tightbbox().y1 for axes in figure.axes)
    assert LONG.split() == figure.texts[1].get_text().split()[: len(LONG.split())]
