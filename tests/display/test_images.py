"""Figures made of images."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from numlp.display.images import draw_first_layer, draw_mistakes

TITLE = "synthetic, seed 1\nhidden [50, 50], seed 0"
SHAPE = (32, 32, 3)


def texts(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.texts)


def canvas(figure: Figure) -> np.ndarray:
    """(height, width, 3) pixels of the figure's image."""
    return np.asarray(figure.axes[0].images[0].get_array())


def images(n: int, size: int = 3072) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, size), dtype=np.uint8)


def captions(figure: Figure) -> list[tuple[str, str]]:
    lines = [text.get_text() for text in figure.axes[0].texts]
    return list(zip(lines[::2], lines[1::2], strict=True))


def test_weights_are_channel_major_rows_about_mid_gray():
    W = np.zeros((3072, 2))
    W[0, 0], W[1024 + 33, 0] = 1e-9, -1e-9  # red of pixel (0, 0), green of pixel (1, 1)
    W[:512, 1] = 4.0  # red of the upper half
    pixels = canvas(draw_first_layer(W, SHAPE, TITLE))
    assert (pixels[:, 32] == 1).all()
    assert pixels[5, 5].tolist() == [0.5, 0.5, 0.5]
    assert pixels[10, 35 + 10].tolist() == [1.0, 0.5, 0.5]
    assert pixels[20, 35 + 10].tolist() == [0.5, 0.5, 0.5]


def test_unit_is_scaled_by_its_own_weights_alone():
    small = np.random.default_rng(0).normal(size=(3072, 1))
    pixels = canvas(draw_first_layer(np.hstack([small, -1e6 * small]), SHAPE, TITLE))
    np.testing.assert_allclose(pixels[:, :32], 1 - pixels[:, 35 : 35 + 32])
    assert (pixels[:, :32].min(), pixels[:, :32].max()) == (0, 1)
    heading = texts(draw_first_layer(np.ones((3072, 101)), SHAPE, TITLE))
    assert "100 of 101 units" in heading and TITLE in heading


def test_values_that_are_not_finite_or_that_the_network_does_not_read_are_mid_gray():
    W = np.random.default_rng(0).normal(size=(100, 1))
    W[40, 0] = np.inf
    red = canvas(draw_first_layer(W, SHAPE, TITLE))[:32, :32, 0].ravel()
    assert np.flatnonzero(red != 0.5).tolist() == [*range(40), *range(41, 100)]


@pytest.mark.parametrize("shape", [SHAPE, (28, 28, 1), (6, 12, 3), (5, 4, 1), (8, 8, 4)])
def test_mistakes_stand_apart_with_captions_that_fit(shape: tuple[int, int, int]):
    height, width, channels = shape
    rows = images(20, height * width * channels)
    figure = draw_mistakes(rows, shape, ["cat"] * 20, ["a very very long name"] * 20, np.linspace(0.9, 0.1, 20), TITLE)
    pixels = canvas(figure).reshape(*canvas(figure).shape[:2], -1)
    image = rows[0].reshape(channels, height, width).transpose(1, 2, 0) / 255
    np.testing.assert_allclose(pixels[:height, :width], image if channels < 4 else image.mean(axis=2, keepdims=True))
    assert (pixels[:, width] == 1).all()
    assert len(captions(figure)) == 20
    assert captions(figure)[0][0].endswith("90.0 %") and captions(figure)[0][1] == "cat"
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert boxes[0].x1 < boxes[2].x0
    assert boxes[0].y0 > boxes[1].y1 - 1
    assert TITLE in texts(figure)


def test_figures_without_an_image_say_so():
    perfect = draw_mistakes(images(0), SHAPE, [], [], np.ones(0), TITLE)
    rows = draw_first_layer(np.ones((7, 2)), (7,), TITLE), draw_mistakes(images(1, 7), (7,), ["a"], ["b"], np.ones(1), TITLE)
    assert "every image is correct" in texts(perfect)
    assert all("no images" in texts(figure) and not figure.axes for figure in rows)
