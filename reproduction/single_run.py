"""One run of an experiment, in a process of its own or in this one: train, measure the three splits, cache the result."""

import math
import os
from hashlib import sha256
from pathlib import Path

from numlp import paths
from numlp.config import Config
from numlp.data.normalise import SPLITS, Name, prepare_data
from numlp.nn.network import Network
from numlp.runs.identity import run_key
from numlp.signals import stoppable
from numlp.training.checkpoint import Checkpoint
from numlp.training.evaluator import Scores
from numlp.training.fit import DivergedError, fit, make_trainer, score_splits
from numlp.training.trainer import State
from reproduction.faults import FAULTS, Fault, identify
from reproduction.results import Result, save_result

DIVERGED = Scores(math.nan, math.nan, 0.0)  # of a network whose cost is not finite: no image is right


def train_and_cache(root: Path, place: int, config: Config, name: str, file: Path, fault: str) -> tuple[int, Result]:
    """Make a run, and write its file; return its place among those asked for, with the result.

    Args:
        root: The project's folder; a process that makes several runs may have been in another one.
        place: In the list of runs.
        config: Of the run.
        name: For people.
        file: Where the result is cached.
        fault: The name of the mistake to plant, or "".
    """
    os.chdir(root)
    result = train_and_measure(config, name, fault)
    save_result(file, result)
    return place, result


def train_and_measure(config: Config, name: str, fault: str = "") -> Result:
    """Train and measure a network, with a mistake planted where `fault` names one; an interrupted run resumes from its checkpoint."""
    data = prepare_data(config)
    checkpoint = Checkpoint(paths.checkpoint(identify(run_key(config, data), fault)))
    planted = FAULTS[fault] if fault else Fault("")
    config, data = planted.settings(config), planted.data(data)
    trainer = planted.plant(config, make_trainer(config, data))
    state = trainer.state
    if checkpoint.restore(state):
        print(f"train: {name} resumes from step {state.step}")
    try:
        with stoppable() as stop:
            fit(config, data, trainer, checkpoint, lambda record: None, stop)
        scores = score_splits(config, data, state, tuple(SPLITS))
    except DivergedError:
        scores = dict.fromkeys(SPLITS, DIVERGED)
    checkpoint.clear()
    return _result(state, scores)


def _result(state: State, scores: dict[Name, Scores]) -> Result:
    accuracies = {f"{name}_accuracy": score.accuracy for name, score in scores.items()}
    costs = {f"{name}_cost": score.cost for name, score in scores.items()}
    return Result(
        **accuracies,
        **costs,
        best_val_accuracy=max(record.val_accuracy for record in state.records),
        steps=state.records[-1].step,
        model_digest=_digest(state.network),
        seconds=state.seconds,
        history=tuple(state.records),
    )


def _digest(network: Network) -> str:
    return sha256(network.params.vector.tobytes() + network.moments.vector.tobytes()).hexdigest()
