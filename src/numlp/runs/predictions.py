"""What trained networks say of the images that they are compared on."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray

from numlp import paths
from numlp.analysis.paired_test import PairedTest, compare_paired
from numlp.arrays import Array
from numlp.data.dataset import RawData
from numlp.data.sources import find_raw
from numlp.errors import require
from numlp.inference.model_file import Model, load_model
from numlp.runs.run_folder import FinishedRun, label_runs


@dataclass(frozen=True)
class TestPredictions:
    """What models say of the test images.

    Attributes:
        names: Of the runs, with a letter.
        models: Theirs.
        raw: The data set.
        labels: (N,) of the test images.
        probabilities: (N, K) of each model.
    """

    names: tuple[str, ...]
    models: tuple[Model, ...]
    raw: RawData
    labels: NDArray[np.intp]
    probabilities: tuple[Array, ...]

    def right(self, which: int) -> NDArray[np.bool_]:
        """(N,) the images that a model gets right."""
        return np.asarray(self.probabilities[which].argmax(axis=1) == self.labels)

    def paired_test(self, which: int, among: NDArray[np.bool_] | slice = slice(None)) -> PairedTest:
        """A model against the first, on all images, or on some."""
        return compare_paired(self.right(0)[among], self.right(which)[among])

    def validation(self, which: int) -> tuple[float, int]:
        """Accuracy of a model on the validation images of its own split, and how many these are."""
        start, stop = self.models[which].choices["split"]["val"]
        said = self.models[which].probabilities(self.raw.images[start:stop]).argmax(axis=1)
        return float(np.mean(said == self.raw.labels[start:stop])), stop - start


def predict_test_images(runs: Sequence[FinishedRun]) -> TestPredictions:
    """Let the runs' networks classify the test images.

    Raises:
        UserError: A run has no network, the data sets differ, or their images are not there.
    """
    models = [load_model(run.file(paths.MODEL, "a run that diverged has none")) for run in runs]
    datasets = [model.dataset for model in models]
    one = len({dataset.digest for dataset in datasets}) == 1
    require(one, "numlp compare", "runs on the same data set", datasets=[dataset.name for dataset in datasets])
    raw = find_raw(datasets[0])
    lettered = tuple(f"{letter} ({label})" for letter, label in zip(ascii_uppercase, label_runs(runs), strict=False))
    images, true = raw.images[raw.info.train :], raw.labels[raw.info.train :].astype(np.intp)
    return TestPredictions(lettered, tuple(models), raw, true, tuple(model.probabilities(images) for model in models))
