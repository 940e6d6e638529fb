"""The confusion matrix."""

import numpy as np
import pytest

from numlp.display.confusion import draw_confusion

TITLE = "CIFAR-10\nhidden [50, 50], seed 0"


def example(k: int = 10) -> tuple[np.ndarray, list[str]]:
    matrix = np.random.default_rng(0).integers(0, 50, (k, k))
    matrix[0] = [30, 10, *[0] * (k - 2)]
    matrix[4:5] = 0
    return matrix, [f"class {i}" for i in range(k)]


def test_rows_are_true_classes_and_colors_their_shares():
    matrix, names = example()
    figure = draw_confusion(matrix, names, TITLE)
    grid, side = figure.axes
    assert (grid.get_ylabel(), grid.get_xlabel()) == ("true class", "predicted class")
    assert [label.get_text() for label in grid.get_yticklabels()] == [label.get_text() for label in grid.get_xticklabels()] == names
    assert [text.get_text() for text in grid.texts] == [str(count) for count in matrix.ravel()]
    assert grid.texts[1].get_position() == (1, 0)
    shares = np.asarray(grid.images[0].get_array())
    assert shares[0, :2].tolist() == [0.75, 0.25]
    np.testing.assert_allclose(shares.sum(axis=1), [1, 1, 1, 1, 0, 1, 1, 1, 1, 1])
    assert grid.images[0].get_clim() == (0, 1)
    assert (side.texts[0].get_text(), side.patches[0].get_width()) == ("75.0", 75)
    assert side.texts[4].get_text() == "no images"
    assert f"{100 * np.trace(matrix) / matrix.sum():.2f} % of {matrix.sum():,} images" in figure.texts[0].get_text()
    assert TITLE in figure.texts[1].get_text()


@pytest.mark.parametrize(("k", "numbers", "names"), [(2, 4, 2), (15, 225, 15), (16, 0, 16), (30, 0, 30), (100, 0, 25)])
def test_many_classes_have_colors_alone_some_names_and_their_most_frequent_errors(k, numbers, names):
    matrix, class_names = example(k)
    matrix[1, 0] = 60
    figure = draw_confusion(matrix, class_names, TITLE)
    grid, side = figure.axes
    assert (len(grid.texts), len(grid.get_yticks()), len(side.patches)) == (numbers, names, k)
    assert ("class 1 as class 0 (60)" in figure.texts[1].get_text()) == (k > 15)


def test_empty_matrix_is_drawn():
    assert "no images" in draw_confusion(np.zeros((10, 10), int), example()[1], TITLE).texts[0].get_text()
