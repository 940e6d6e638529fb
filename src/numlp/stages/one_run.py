"""One run of an experiment, in a process of its own or in this one: train, measure the three splits, keep the result."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import perf_counter

import numpy as np

from numlp import build
from numlp.config import Config
from numlp.data.batches import epoch_steps
from numlp.data.preprocess import Name, Prepared
from numlp.evaluate import Evaluator
from numlp.final_moments import check_moments, final_moments
from numlp.history import Record
from numlp.nn.network import Network
from numlp.reproduction.runs import RUNS, Result, save_result
from numlp.stages.dataset import prepared
from numlp.stages.identity import record_file
from numlp.train import train

SPLITS: tuple[Name, ...] = ("train", "val", "test")


@dataclass(frozen=True)
class Ordered:
    """A run that was ordered.

    Attributes:
        root: The project's folder; a process that makes several runs may have been in another one.
        place: In the list of orders.
        file: Where its result goes.
    """

    root: Path
    place: int
    config: Config
    file: Path


def execute(order: Ordered) -> tuple[int, Result]:
    """Make the run, and write its file; return its place with the result."""
    os.chdir(order.root)
    result = make(order.config)
    save_result(order.file, result)
    return order.place, result


def make(config: Config) -> Result:
    """Train and measure a network."""
    data = prepared(config)
    check_moments(config, data)
    network = build.network(config)
    started = perf_counter()
    with np.errstate(all="ignore"):  # networks that do not learn overflow: their figures show it
        plan = build.plan(config, len(data.part("train").labels))
        optimiser = build.optimiser(config.optim, network)
        history = tuple(train(network, optimiser, data.part("train"), data.part("val"), plan))
        seconds = perf_counter() - started
        final_moments(config, network, data)
        return _measured(config, network, data, history, seconds)


def result_file(config: Config, source: str) -> Path:
    """Where the result of a run is kept: a file for each set of choices, data, source and library."""
    return record_file(RUNS, config, source)


def length(config: Config) -> float:
    """About how long the run takes, in no unit: what is to begin first."""
    start, stop = config.split.train
    per_epoch = epoch_steps(stop - start, config.train.batch_size)
    return build.steps(config, per_epoch) * (1 + 0.05 * len(config.model.hidden))


def _measured(config: Config, network: Network, data: Prepared, history: tuple[Record, ...], seconds: float) -> Result:
    evaluator = Evaluator(network)
    scores = {name: evaluator.scores(data.part(name), config.lam) for name in SPLITS}
    accuracies = {f"{name}_accuracy": score.accuracy for name, score in scores.items()}
    costs = {f"{name}_cost": score.cost for name, score in scores.items()}
    return Result(
        **accuracies,
        **costs,
        best_val_accuracy=max(record.val_accuracy for record in history),
        steps=history[-1].step,
        model_digest=_digest(network),
        seconds=seconds,
        history=history,
    )


def _digest(network: Network) -> str:
    return sha256(network.params.vector.tobytes() + network.moments.vector.tobytes()).hexdigest()
