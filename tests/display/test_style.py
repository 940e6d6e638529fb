"""Headings, and files that are the same for the same figure."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from numlp.display.confusion import draw_confusion
from numlp.display.curves import draw_curves
from numlp.display.images import draw_confident_errors, draw_first_layer
from numlp.display.style import save
from numlp.training.history import Record

LONG = "CIFAR-10, archive 8114b53f... (not the official file)\n" + "hidden [50, 30, 20, 20, 10, 10, 10, 10], " * 8
DRAW = {
    "curves": lambda title: draw_curves([Record(i * 450, float(i), 0.1, 2.0, 2.0, 0.1, 2.0, 2.0, 0.1) for i in range(3)], title, 10),
    "confusion": lambda title: draw_confusion(np.eye(10, dtype=int), [f"class {i}" for i in range(10)], title),
    "first_layer": lambda title: draw_first_layer(np.random.default_rng(0).normal(size=(3072, 12)), (32, 32, 3), title),
    "errors": lambda title: draw_confident_errors(np.zeros((3, 3072), np.uint8), (32, 32, 3), ["cat"] * 3, ["dog"] * 3, np.ones(3), title),
}
every_figure = pytest.mark.parametrize("name", DRAW)


def draw(name: str, title: str = "CIFAR-10\nseed 0") -> Figure:
    return DRAW[name](title)


@every_figure
def test_same_data_give_the_same_bytes_without_date_or_version_in_any_style(name: str, tmp_path: Path):
    save(draw(name), tmp_path / "a.png")
    before = dict(matplotlib.rcParams)
    with matplotlib.rc_context({"figure.facecolor": "black", "savefig.facecolor": "black", "font.size": 20, "axes.edgecolor": "red"}):
        figure = draw(name)
        save(figure, tmp_path / "b.png")
        save(figure, tmp_path / "c.png")
        assert matplotlib.rcParams["font.size"] == 20
    assert dict(matplotlib.rcParams) == before
    written = (tmp_path / "a.png").read_bytes()
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "c.png").read_bytes() == written
    assert not any(word in written for word in (b"tEXt", b"iTXt", b"tIME", b"Software"))


def test_figure_that_cannot_be_written_leaves_the_older_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.png"
    path.write_bytes(b"older")

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    figure = draw("curves")
    monkeypatch.setattr(figure, "savefig", full)
    with pytest.raises(OSError, match="No space left"):
        save(figure, path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]
    assert path.read_bytes() == b"older"


@every_figure
def test_long_title_is_wrapped_inside_the_figure_and_above_the_drawing(name: str):
    figure = draw(name, LONG)
    figure.draw_without_rendering()
    heading = [text.get_window_extent() for text in figure.texts]
    assert min(box.x0 for box in heading) >= 0
    assert max(box.x1 for box in heading) <= figure.bbox.x1
    assert max(box.y1 for box in heading) <= figure.bbox.y1
    assert heading[1].y0 >= max(axes.get_tightbbox().y1 for axes in figure.axes)
    assert LONG.replace("\n", "").replace(" ", "") in figure.texts[1].get_text().replace("\n", "").replace(" ", "")


def test_signs_of_mathematics_in_a_title_are_plain_text(tmp_path: Path):
    figure = draw("curves", "a $x_{ name$\nseed 0")
    save(figure, tmp_path / "a.png")
    assert figure.texts[1].get_text() == "a $x_{ name$\nseed 0"
