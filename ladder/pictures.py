"""Pictures of what dropout, mixup and smoothing do, from the trained networks: docs/images/ladder-*.png."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ladder.rungs import SEEDS
from ladder.train import FOLDER
from numlp import paths
from numlp.arrays import Array
from numlp.config.data import SIDE
from numlp.display.images import GAP, scale_units
from numlp.display.style import BLUE, GREY, ORANGE, save, sheet, styled
from numlp.inference.model_file import load_model
from numlp.runs.predictions import TestPredictions, predict_test_images
from numlp.runs.run_folder import load_run
from numlp.training.evaluator import confusion_matrix

IMAGES = Path("docs/images")
BINS = 10  # of confidence
GRID = 6  # units in a row and in a column


def draw_pictures() -> None:
    """Draw them all.

    Raises:
        UserError: A run is missing; `python -m ladder train` makes them, where their rows are missing too.
    """
    networks = [load_model(FOLDER / f"{experiment}-0" / paths.MODEL) for experiment in ("l02_wider", "l03_dropout")]
    weights = [model.network.params["linear1.W"] for model in networks]
    save(draw_weights(weights, ("without dropout", "with dropout of 0.15"), networks[0].dataset.name), IMAGES / "ladder-weights.png")
    mixed = [answers(seed, "l06_smoothing", "l07_mixup") for seed in SEEDS]
    save(draw_confusion_change(mixed), IMAGES / "ladder-mixup.png")
    save(
        draw_calibration(answers(0, "l05_gelu", "l06_smoothing"), ("without label smoothing", "with label smoothing of 0.1")),
        IMAGES / "ladder-calibration.png",
    )


def answers(seed: int, *experiments: str) -> TestPredictions:
    """What the networks of a seed say of the test images."""
    return predict_test_images([load_run(str(FOLDER / f"{experiment}-{seed}")) for experiment in experiments])


@styled
def draw_weights(weights: Sequence[Array], labels: Sequence[str], subject: str) -> Figure:
    """The same first units of two networks side by side, as images: (3072, d) weights each."""
    figure = sheet(
        "First-layer weights with and without dropout", f"{subject}\nThe same {GRID**2} units from the same initial weights.", 4.0
    )
    for axes, W, label in zip(figure.subplots(1, 2), weights, labels, strict=True):
        units = scale_units(W)[0][: GRID**2].reshape(GRID, GRID, 3, SIDE, SIDE)
        framed = np.pad(units, ((0, 0), (0, 0), (0, 0), (0, GAP), (0, GAP)), constant_values=1)
        axes.imshow(framed.transpose(0, 3, 1, 4, 2).reshape(GRID * (SIDE + GAP), -1, 3), interpolation="nearest")
        axes.set_title(label)
        axes.set_axis_off()
    return figure


@styled
def draw_confusion_change(found: Sequence[TestPredictions]) -> Figure:
    """How many more test images of each class the second network takes for each class: the mean over pairs, one for each seed."""
    names = list(found[0].raw.class_names)
    matrices = np.array([[confusion_matrix(one.labels, p.argmax(axis=1), len(names)) for p in one.probabilities] for one in found])
    changes = matrices[:, 1] - matrices[:, 0]
    change, agreed = changes.mean(axis=0), np.abs(np.sign(changes).sum(axis=0)) == len(found)
    accuracies = " to ".join(f"{100 * np.trace(matrix) / matrix.sum():.2f} %" for matrix in matrices.mean(axis=0))
    title = (
        f"{found[0].raw.name}\nTest images of each class (row) by predicted class (column): with mixup minus without.\n"
        f"Mean of {len(found)} seeds; bold: the same sign with each seed. Accuracy: {accuracies}."
    )
    figure = sheet("What mixup does to the confusion matrix", title, height=5.2)
    axes = figure.add_subplot()
    highest = np.abs(change).max()
    axes.imshow(change, cmap="RdBu", vmin=-highest, vmax=highest, aspect="auto")
    for (row, column), count in np.ndenumerate(change):
        axes.text(
            column,
            row,
            f"{count:+.0f}" if round(count) else "0",
            ha="center",
            va="center",
            weight="bold" if agreed[row, column] else "normal",
            color="white" if abs(count) > 0.6 * highest else "black",
        )
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="predicted class", ylabel="true class")
    axes.spines[:].set_visible(False)
    return figure


@styled
def draw_calibration(found: TestPredictions, labels: Sequence[str]) -> Figure:
    """Accuracy of the test images by the probability of the predicted class, in BINS bins of equal width."""
    title = f"{found.raw.name}\nTest images by the probability of the predicted class. On the grey line, probabilities are right."
    figure = sheet("Calibration with and without label smoothing", title, height=4.2)
    axes, counts = figure.subplots(2, 1, height_ratios=(3, 1), sharex=True)
    axes.plot([0.1, 1], [10, 100], color=GREY, lw=1)
    for colour, label, probabilities in zip((BLUE, ORANGE), labels, found.probabilities, strict=True):
        confidence, accuracy, share = calibration(probabilities, found.labels)
        error = 100 * float(np.nansum(share * np.abs(accuracy - confidence)))
        axes.plot(confidence, 100 * accuracy, "o-", color=colour, ms=4, label=f"{label}: calibration error {error:.1f} percentage points")
        counts.plot(confidence, 100 * share, "o-", color=colour, ms=4)
    axes.set(ylabel="accuracy (%)", ylim=(0, 100))
    axes.legend(frameon=False, loc="upper left")
    counts.set(xlabel="probability of the predicted class", ylabel="images (%)", ylim=(0, None))
    return figure


def calibration(probabilities: Array, labels: NDArray[np.intp]) -> tuple[Array, Array, Array]:
    """Mean probability of the predicted class, accuracy and share of the images, each (BINS,); NaN in a bin without images.

    The mean of |accuracy - probability|, weighted by the shares, is the expected calibration error.

    Source: Guo et al. 2017, arXiv:1706.04599, section 2.
    """
    highest, right = probabilities.max(axis=1).astype(np.float64), probabilities.argmax(axis=1) == labels
    places = np.minimum((highest * BINS).astype(np.intp), BINS - 1)
    counts = np.bincount(places, minlength=BINS)
    with np.errstate(invalid="ignore"):
        confidence = np.bincount(places, highest, BINS) / counts
        accuracy = np.bincount(places, right, BINS) / counts
    return confidence, accuracy, counts / len(labels)
