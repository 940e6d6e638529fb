"""The same training in scikit-learn's MLPClassifier, which has no batch norm."""

from collections.abc import Callable
from time import perf_counter

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

from benchmarks.task import Task
from numlp.config.data import CLASSES


def step(task: Task) -> Callable[[], float]:
    """Seconds per update: `partial_fit` goes once, in random order, through the images that it is given."""
    images, labels = (np.load(task.data / f"train_{name}.npy", mmap_mode="r") for name in ("images", "labels"))
    whole, rest = divmod(task.steps * task.batch, len(labels))
    counts = [len(labels)] * whole + [rest] * (rest > 0)
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
            for count in counts:
                model.partial_fit(images[:count], labels[:count], classes=np.arange(CLASSES))
        return (perf_counter() - start) / task.steps

    return measure
