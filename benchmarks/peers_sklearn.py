"""The same training in scikit-learn's MLPClassifier, which has no batch norm."""

from collections.abc import Callable
from time import perf_counter

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

from benchmarks.task import Task
from numlp.config.data import CLASSES


def step(task: Task) -> Callable[[], float]:
    """Seconds an update: `partial_fit` goes once through the images it is given, here as many as the steps need."""
    n = task.steps * task.batch
    images = np.load(task.data / "train_images.npy", mmap_mode="r")[:n]
    labels = np.load(task.data / "train_labels.npy")[:n]
    model = MLPClassifier(
        task.hidden,
        solver="sgd",
        alpha=2 * task.lams[0] * task.batch,  # it divides by the images of a batch
        batch_size=task.batch,
        learning_rate_init=0.01,
        momentum=0,
        nesterovs_momentum=False,
        random_state=0,
    )

    def measure() -> float:
        start = perf_counter()
        with sklearn.config_context(assume_finite=True):  # its check of every value is not part of a step
            model.partial_fit(images, labels, classes=np.arange(CLASSES))
        return (perf_counter() - start) / task.steps

    return measure
