import numpy as np
import pytest

from numlp.display.confusion import draw_confusion
from numlp.errors import UserError

NAMES = [f"class {i}" for i in range(10)]
TITLE = "CIFAR-10\nhidden [50, 50], seed 0"


def example() -> np.ndarray:
    matrix = np.random.default_rng(0).integers(0, 50, (10, 10))
    matrix[0] = [30, 10, *[0] * 8]
    return matrix


def test_rows_are_true_classes_and_columns_predicted_ones():
    grid, _ = draw_confusion(example(), NAMES, TITLE).axes
    assert (grid.get_ylabel(), grid.get_xlabel()) == ("true class", "predicted class")
    assert [label.get_text() for label in grid.get_yticklabels()] == NAMES
    assert [label.get_text() for label in grid.get_xticklabels()] == NAMES
    assert [text.get_text() for text in grid.texts] == [str(count) for count in example().ravel()]
    assert grid.texts[1].get_position() == (1, 0)


def test_colors_are_shares_of_the_true_class():
    grid, _ = draw_confusion(example(), NAMES, TITLE).axes
    shares = np.asarray(grid.images[0].get_array())
    assert shares[0, :2].tolist() == [0.75, 0.25]
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert grid.images[0].get_clim() == (0, 1)


def test_the_side_gives_each_class_its_accuracy_and_the_heading_the_whole():
    matrix = example()
    figure = draw_confusion(matrix, NAMES, TITLE)
    side = figure.axes[1]
    assert side.texts[0].get_text() == "75.0"
    assert side.patches[0].get_width() == 75
    assert (
        figure.texts[0].get_text() == f"Confusion matrix: {100 * np.trace(matrix) / matrix.sum():.2f} % of {matrix.sum():,} images correct"
    )
    assert TITLE in figure.texts[1].get_text()


def test_a_network_that_always_says_the_same_is_drawn():
    matrix = np.zeros((10, 10), int)
    matrix[:, 7] = 1000
    figure = draw_confusion(matrix, NAMES, TITLE)
    assert [text.get_text() for text in figure.axes[1].texts] == ["0.0"] * 7 + ["100.0"] + ["0.0"] * 2
    assert figure.texts[0].get_text() == "Confusion matrix: 10.00 % of 10,000 images correct"


def test_a_class_without_images_is_said_to_have_none():
    matrix = example()
    matrix[4] = 0
    assert draw_confusion(matrix, NAMES, TITLE).axes[1].texts[4].get_text() == "no images"


def test_an_empty_matrix_is_drawn():
    assert draw_confusion(np.zeros((10, 10), int), NAMES, TITLE).texts[0].get_text() == "Confusion matrix: no images"


def test_a_matrix_of_another_shape_is_an_error():
    with pytest.raises(UserError, match=r"confusion: expected a matrix of shape \(10, 10\), got \(10, 9\)"):
        draw_confusion(np.zeros((10, 9), int), NAMES, TITLE)
