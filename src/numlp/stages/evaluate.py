"""`numlp evaluate`: what a trained model gets right. Beside it, sweeps and the reproduction read the test split, to show it."""

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from numlp import paths
from numlp.arrays import Array
from numlp.config import Config
from numlp.data.augment import mirrored
from numlp.data.dataset import load_raw
from numlp.data.normalise import SPLITS, Name, Prepared, prepare_data
from numlp.data.sources import provide_raw
from numlp.errors import UserError
from numlp.files import replacing, write_csv, write_json
from numlp.inference.model_file import Model, load_model
from numlp.nn.loss import accuracy
from numlp.threads import blas_threads
from numlp.tracking import log_stage
from numlp.training.evaluator import CHUNK, Evaluator, confusion_matrix

Metrics: TypeAlias = dict[str, Any]
"""The keys of metrics.json (docs/formats.md)."""

FLIPPED: tuple[Name, ...] = ("val", "test")  # splits that are evaluated with mirror images as well
SHOWN = 20  # of the most confident errors


def run(config: Config, out: Path) -> None:
    """Evaluate the train stage's model, and add the figures to its MLflow run."""
    evaluate_run(config, paths.TRAIN / paths.MODEL, out)
    log_stage(Path.cwd(), out, paths.TRAIN / paths.MODEL)


def evaluate_run(config: Config, model_file: Path, out: Path) -> Metrics:
    """Evaluate a model on the data set of `config`, which must be the one that it was trained on."""
    model, data = load_model(model_file), prepare_data(config)
    if model.dataset.digest != data.dataset.digest:
        raise UserError(f"{model_file}: this model was trained on another data set, {model.dataset.name}; train one with numlp run")
    metrics = evaluate(model, data, provide_raw(config.data), out, config.test_time_flip)
    print("evaluate: " + ", ".join(f"{name} {metrics[f'{name}_accuracy']:.2%}" for name in SPLITS))
    if config.test_time_flip:
        print(
            "evaluate, averaged over each image and its mirror image: "
            + ", ".join(f"{name} {metrics[f'{name}_flip_accuracy']:.2%}" for name in FLIPPED)
        )
    return metrics


def evaluate(model: Model, data: Prepared, raw: Path, out: Path, flip: bool = False) -> Metrics:
    """Write metrics.json, the confusion matrix, the accuracy a class and the most confident errors; return the metrics.

    With `flip` the metrics have accuracies by the mean of the probabilities of an image and its mirror image as well.
    """
    evaluator = Evaluator(model.network)
    metrics: Metrics = {"dataset": data.dataset.name}
    test = data.part("test")
    with blas_threads(model.threads):
        for name in SPLITS:
            scores = evaluator.scores(data.part(name), model.choices["lam"])
            metrics |= {f"{name}_accuracy": scores.accuracy, f"{name}_cost": scores.cost}
        probabilities = evaluator.probabilities(test.x)
        for name in FLIPPED if flip else ():
            part = data.part(name)
            plain = probabilities if name == "test" else evaluator.probabilities(part.x)
            blocks = (mirrored(part.x[start : start + CHUNK], data.dataset.shape) for start in range(0, len(part.labels), CHUNK))
            both = plain + np.concatenate([evaluator.probabilities(block) for block in blocks])
            metrics[f"{name}_flip_accuracy"] = accuracy(both, part.labels)
    names, predicted = list(data.dataset.class_names), probabilities.argmax(axis=1)
    matrix = confusion_matrix(test.labels, predicted, len(names)).tolist()
    pairs = [(names[true], names[guess]) for true, guess in zip(test.labels.tolist(), predicted.tolist(), strict=True)]
    write_csv(out / paths.PREDICTIONS, ["actual", "predicted"], pairs)
    write_csv(out / paths.CONFUSION, ["true", *names], [[name, *row] for name, row in zip(names, matrix, strict=True)])
    recall = [(name, row[i] / sum(row) if any(row) else "") for i, (name, row) in enumerate(zip(names, matrix, strict=True))]
    write_csv(out / paths.CLASSES, ["class", "accuracy"], recall)
    _write_mistakes(out / paths.MISTAKES, raw, test.labels, probabilities)
    write_json(out / paths.METRICS, metrics, indent=2)
    write_json(out / paths.ACCURACY, {name: round(metrics[f"{name}_accuracy"], 4) for name in SPLITS}, indent=2)  # for `dvc exp show`
    return metrics


def _write_mistakes(path: Path, raw: Path, labels: NDArray[np.intp], probabilities: Array) -> None:
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")[:SHOWN]]
    data = load_raw(raw)
    images = data.images[data.info.train + worst]
    with replacing(path) as file:
        np.savez(file, images=images, labels=labels[worst], predicted=predicted[worst], probability=confidence[worst])
