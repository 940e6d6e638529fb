import numpy as np
import pytest
from matplotlib.figure import Figure

from numlp.display.images import draw_confident_errors, draw_first_layer
from numlp.errors import UserError

TITLE = "synthetic, seed 1\nhidden [50, 50], seed 0"


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


def canvas(figure: Figure) -> np.ndarray:
    """(height, width, 3) what the figure's image shows."""
    return np.asarray(figure.axes[0].images[0].get_array())


def images(n: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, 3072), dtype=np.uint8)


def captions(figure: Figure) -> list[tuple[str, str]]:
    found = [text.get_text() for text in figure.axes[0].texts]
    return list(zip(found[::2], found[1::2], strict=True))


def test_weights_are_channel_major_rows_about_mid_gray():
    W = np.zeros((3072, 2))
    W[0, 0], W[1024 + 33, 0] = 1e-9, -1e-9  # red of pixel (0, 0), green of pixel (1, 1)
    W[:512, 1] = 4.0  # red of the upper half
    shown = canvas(draw_first_layer(W, TITLE))
    assert shown[5, 5].tolist() == [0.5, 0.5, 0.5]
    assert shown[10, 35 + 10].tolist() == [1.0, 0.5, 0.5]
    assert shown[20, 35 + 10].tolist() == [0.5, 0.5, 0.5]


def test_a_unit_is_scaled_by_its_own_weights_alone():
    small = np.random.default_rng(0).normal(size=(3072, 1))
    both = canvas(draw_first_layer(np.hstack([small, 1e6 * small]), TITLE))
    np.testing.assert_allclose(both[:, :32], both[:, 35 : 35 + 32])
    assert both[:, :32].min() == 0
    assert both[:, :32].max() == 1


def test_negative_weights_mirror_positive_ones():
    W = np.random.default_rng(0).normal(size=(3072, 3))
    inside = (slice(0, 32), slice(0, 32))
    np.testing.assert_allclose(canvas(draw_first_layer(W, TITLE))[inside], 1 - canvas(draw_first_layer(-W, TITLE))[inside])


@pytest.mark.parametrize(("units", "said"), [(1, "1 of 1 units"), (50, "50 of 50 units"), (101, "100 of 101 units")])
def test_the_heading_says_how_many_units_are_shown_and_of_which_run(units: int, said: str):
    heading = "\n".join(texts(draw_first_layer(np.ones((3072, units)), TITLE)))
    assert said in heading
    assert TITLE in heading


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_unit_that_is_not_finite_is_crossed_out_and_counted(value: float):
    W = np.random.default_rng(0).normal(size=(3072, 5))
    W[7, 3] = value
    figure = draw_first_layer(W, TITLE)
    assert len(figure.axes[0].lines) == 1
    assert "Crossed out: 1 " in "\n".join(texts(figure))
    assert np.isfinite(canvas(figure)).all()


def test_weights_of_another_shape_are_an_error():
    with pytest.raises(UserError, match=r"first_layer: expected weights .*got \(3073, 5\)"):
        draw_first_layer(np.zeros((3073, 5)), TITLE)


def test_errors_come_most_confident_first_without_the_right_ones():
    true, predicted = ["cat", "dog", "ship", "frog"], ["dog", "dog", "truck", "bird"]
    pixels = images(4)
    figure = draw_confident_errors(pixels, true, predicted, np.array([0.5, 0.99, 0.9, np.nan]), TITLE)
    assert captions(figure) == [("truck 90.0 %", "ship"), ("dog 50.0 %", "cat"), ("bird nan %", "frog")]
    first = pixels[2].reshape(3, 32, 32).transpose(1, 2, 0) / 255
    np.testing.assert_allclose(canvas(figure)[:32, :32], first)
    assert "The 3 most confident errors" in texts(figure)
    assert TITLE in "\n".join(texts(figure))


def test_no_more_than_twenty_errors_are_drawn():
    figure = draw_confident_errors(images(30), ["cat"] * 30, ["dog"] * 30, np.linspace(0.1, 0.9, 30), TITLE)
    assert len(captions(figure)) == 20
    assert "The 20 most confident errors" in texts(figure)


def test_long_class_names_do_not_run_into_the_next_image():
    figure = draw_confident_errors(images(2), ["a"] * 2, ["a very very long name"] * 2, np.array([0.9, 0.8]), TITLE)
    assert captions(figure)[0] == ("a very ver\u2026 90.0 %", "a")
    figure.draw_without_rendering()
    first, _, second, _ = [text.get_window_extent() for text in figure.axes[0].texts]
    assert first.x1 < second.x0


@pytest.mark.parametrize("n", [0, 2])
def test_a_perfect_network_has_a_figure_that_says_so(n: int):
    figure = draw_confident_errors(images(n), ["cat"] * n, ["cat"] * n, np.ones(n), TITLE)
    assert "none, every image is correct" in texts(figure)[0]
    assert TITLE in texts(figure)[1]


def test_lengths_that_differ_are_an_error():
    with pytest.raises(UserError, match=r"confident_errors: expected as many images as names .*got \[2, 2, 1, 2\]"):
        draw_confident_errors(images(2), ["cat"] * 2, ["dog"], np.ones(2), TITLE)


def test_values_that_the_network_does_not_read_are_mid_gray():
    shown = canvas(draw_first_layer(np.random.default_rng(0).normal(size=(100, 1)), TITLE))
    assert (shown[4:32, :32] == 0.5).all()
    assert (shown[:3, :32, 0] != 0.5).all()
