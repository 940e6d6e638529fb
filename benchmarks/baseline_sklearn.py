"""The same training in scikit-learn's MLPClassifier, which has no batch norm."""

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

from benchmarks.task import BATCH, CLASSES, LAM, Images, Labels, Task, Train


def prepare(task: Task, images: Images, labels: Labels) -> Train:
    """A network of the task's shape, ready to train: `partial_fit` goes once, in random order, through the images that it is given."""
    count = task.steps * BATCH
    model = MLPClassifier(
        task.hidden,
        solver="sgd",
        alpha=2 * LAM * BATCH,  # it divides by the images of a batch
        batch_size=BATCH,
        learning_rate_init=0.01,
        momentum=0,
        nesterovs_momentum=False,
        random_state=0,
    )

    def train() -> None:
        with sklearn.config_context(assume_finite=True):  # its check of every value is no part of an update
            model.partial_fit(images[:count], labels[:count], classes=np.arange(CLASSES))

    return train
