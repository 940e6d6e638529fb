"""`numlp evaluate`: what a trained model gets right. Beside it, sweeps and the reproduction read the test split, to show it."""

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from numlp import paths
from numlp.config import Config
from numlp.data.augment import mirrored
from numlp.data.normalise import SPLITS, Name, Prepared, prepare_data
from numlp.errors import UserError
from numlp.files import replacing, write_csv, write_json
from numlp.inference.model_file import Model, load_model
from numlp.nn.loss import accuracy
from numlp.threads import blas_threads
from numlp.tracking.run import log_stages
from numlp.training.evaluator import CHUNK, Evaluator, confusion_matrix

Metrics: TypeAlias = dict[str, Any]
"""The keys of metrics.json (docs/formats.md)."""

FLIPPED: tuple[Name, ...] = ("val", "test")  # splits that are evaluated with mirror images as well
SHOWN = 20  # of the most confident errors


def run(config: Config, out: Path) -> None:
    """Evaluate the train stage's model, and add the figures to its MLflow run; in the pipeline the plot stage adds them with its own."""
    model = paths.TRAIN / paths.MODEL
    evaluate(load_model(model), prepare_data(config), out, config.test_time_flip)
    if out != paths.EVALUATE:
        log_stages(Path.cwd(), [out], model)


def evaluate(model: Model, data: Prepared, out: Path, flip: bool = False) -> None:
    """Write metrics.json, the confusion matrix, the accuracy per class, the predictions and the most confident errors.

    With `flip` the metrics have accuracies by the mean of the probabilities of an image and its mirror image as well.

    Raises:
        UserError: The model was trained on another data set.
    """
    if model.dataset.digest != data.dataset.digest:
        raise UserError(f"the model was trained on another data set, {model.dataset.name}; train one with numlp run")
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
    confidence, wrong = probabilities.max(axis=1), np.flatnonzero(predicted != test.labels)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")[:SHOWN]]
    with replacing(out / paths.MISTAKES) as file:
        images = data.load().images[data.dataset.train + worst]
        np.savez(file, images=images, labels=test.labels[worst], predicted=predicted[worst], probability=confidence[worst])
    write_json(out / paths.METRICS, metrics, indent=2)
    write_json(out / paths.ACCURACY, {name: round(metrics[f"{name}_accuracy"], 4) for name in SPLITS}, indent=2)  # for `dvc exp show`
    print("evaluate: " + ", ".join(f"{name} {metrics[f'{name}_accuracy']:.2%}" for name in SPLITS))
    if flip:
        both = ", ".join(f"{name} {metrics[f'{name}_flip_accuracy']:.2%}" for name in FLIPPED)
        print(f"evaluate, averaged over each image and its mirror image: {both}")
