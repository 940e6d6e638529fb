"""The same training in scikit-learn's MLPClassifier, which has no batch norm."""

from functools import partial

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

import numlp
from benchmarks.task import CLASSES, ETA, Task, Train


def prepare(task: Task, part: numlp.Part, threads: int) -> Train:
    places = task.batches().ravel()  # which `partial_fit` goes through once, in a random order of its own
    x, labels, alpha = part.x[places], part.labels[places], 2 * task.lams[0] * task.batch  # it divides by the images of a batch
    options = {"batch_size": task.batch, "learning_rate_init": ETA, "momentum": 0, "nesterovs_momentum": False}
    model = MLPClassifier(task.sizes[1:-1], solver="adam" if task.adam else "sgd", alpha=alpha, random_state=0, **options)
    sklearn.set_config(assume_finite=True)  # its check of every value is no part of an update
    return partial(model.partial_fit, x, labels, classes=np.arange(CLASSES))
