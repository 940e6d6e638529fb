"""`numlp compare RUN RUN`: two trained runs against each other, on the same test images."""

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from numlp.arrays import Array
from numlp.data.raw import TRAIN_IMAGES, RawData, load_raw
from numlp.errors import UserError, require
from numlp.files import write_text
from numlp.history import Record
from numlp.model_file import load_model
from numlp.paired import Paired, paired
from numlp.report.tables import comparison
from numlp.rows import read_rows
from numlp.stages import paths
from numlp.stages.dataset import folder_of
from numlp.stages.finished import Finished, common, differing, finished
from numlp.stages.finished import labels as run_labels

if TYPE_CHECKING:
    from numlp.report.figures import Disagreement

EXAMPLES = 20  # images shown of those that one run alone gets right


@dataclass(frozen=True)
class Answers:
    """What two models say of the test images.

    Attributes:
        names: Of the runs.
        raw: The data set.
        labels: (N,) of the test images.
        probabilities: (N, K) of each model.
    """

    names: tuple[str, str]
    raw: RawData
    labels: NDArray[np.intp]
    probabilities: tuple[Array, Array]

    def right(self, which: int) -> NDArray[np.bool_]:
        """(N,) the images that a model gets right."""
        return np.asarray(self.probabilities[which].argmax(axis=1) == self.labels)

    def paired(self, among: NDArray[np.bool_] | slice = slice(None)) -> Paired:
        """Both models on all images, or on some."""
        return paired(self.right(0)[among], self.right(1)[among])


def main(argv: Sequence[str]) -> int:
    """Print the comparison, and write it with its figures to a folder of build/compare."""
    parser = argparse.ArgumentParser("numlp compare", description="set two trained runs against each other, the second against the first")
    parser.add_argument("runs", nargs=2, metavar="RUN", help="its folder, or its id or name in MLflow")
    runs = [finished(name) for name in parser.parse_args(argv).runs]
    for what in ("name", "folder"):  # a copy from a remote store has a folder of its own each time
        require(getattr(runs[0], what) != getattr(runs[1], what), "compare", "two different runs", runs=[run.name for run in runs])
    answers = _answers(runs)
    whole = answers.paired()
    classes = {name: answers.paired(answers.labels == index) for index, name in enumerate(answers.raw.class_names)}
    out = paths.BUILD / "compare" / "--".join(_slug(run.name) for run in runs)
    content = {"runs": [run.name for run in runs], "dataset": answers.raw.name, "choices": differing(runs), "test": _figures(whole)}
    content["classes"] = {name: _figures(found) for name, found in classes.items()}
    write_text(out / paths.COMPARISON, json.dumps(content, indent=2) + "\n")
    _draw(runs, answers, whole, classes, out)

    from rich.console import Console

    Console().print(comparison(answers.names, differing(runs), whole, classes, answers.raw.name))
    print(f"compare: {paths.COMPARISON}, curves.png, classes.png, only_first.png, only_second.png in {out}")
    return 0


def _answers(runs: Sequence[Finished]) -> Answers:
    models = [load_model(run.file(paths.MODEL, "one that diverged has none")) for run in runs]
    digests = [model.choices["dataset"]["digest"] for model in models]
    names = [model.choices["dataset"]["name"] for model in models]
    require(digests[0] == digests[1], "compare", "two runs on the same data set", datasets=names)
    folder = folder_of(digests[0])
    if folder is None:
        raise UserError(f"compare: need the images of {names[0]}; numlp download gets those of params.yaml")
    raw = load_raw(folder)
    first, second = (f"{letter} ({label})" for letter, label in zip("AB", run_labels(runs), strict=True))
    images, labels = raw.images[TRAIN_IMAGES:], raw.labels[TRAIN_IMAGES:].astype(np.intp)
    return Answers((first, second), raw, labels, (models[0].probabilities(images), models[1].probabilities(images)))


def _figures(found: Paired) -> dict[str, Any]:
    return {**asdict(found), "n": found.n, "accuracies": found.accuracies, "difference": found.difference}


def _draw(runs: Sequence[Finished], answers: Answers, whole: Paired, classes: Mapping[str, Paired], out: Path) -> None:
    from numlp.report.figures import by_class, disagreements, overlaid, save

    title = common(runs)
    save(overlaid([read_rows(run.folder / paths.HISTORY, Record) for run in runs], answers.names, title), out / "curves.png")
    save(by_class(classes, whole, answers.names, title), out / "classes.png")
    for name, which in (("only_first", 0), ("only_second", 1)):
        save(disagreements(_examples(answers, which), title), out / f"{name}.png")


def _examples(answers: Answers, which: int) -> "Disagreement":
    """Of the images that the model `which` alone gets right, those of whose true class it is the surest against the other."""
    from numlp.report.figures import Disagreement

    right, wrong = answers.probabilities[which], answers.probabilities[1 - which]
    rows = np.flatnonzero(answers.right(which) & ~answers.right(1 - which))
    true = answers.labels[rows]
    rows = rows[np.argsort(wrong[rows, true] - right[rows, true], kind="stable")[:EXAMPLES]]
    true, said, names = answers.labels[rows], wrong[rows].argmax(axis=1), answers.raw.class_names
    return Disagreement(
        images=answers.raw.images[TRAIN_IMAGES + rows],
        true=[names[i] for i in true],
        sure=right[rows, true],
        said=[names[i] for i in said],
        wrong=wrong[rows, said],
        names=(answers.names[which], answers.names[1 - which]),
    )


def _slug(name: str) -> str:
    return re.sub(r"[^\w.]+", "-", name).strip("-")[-100:]
