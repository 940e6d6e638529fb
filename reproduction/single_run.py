"""One run of an experiment, in a process of its own or in this one: train, measure the three splits, cache the result."""

import math
import os
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from numlp import paths
from numlp.config import Config
from numlp.data.dataset import prepare_data
from numlp.data.preprocess import Name, Prepared
from numlp.data.splits import SPLITS
from numlp.nn.network import Network
from numlp.runs.checkpoint import Checkpoints, open_checkpoints
from numlp.runs.identity import run_key
from numlp.runs.loop import Loop, NoLog
from numlp.training import build
from numlp.training.divergence import DivergedError
from numlp.training.evaluator import Scores
from numlp.training.fit import begin_state, check_fit, score_splits
from numlp.training.state import State
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


@dataclass(frozen=True)
class FaultyLoop(Loop):
    """A run with a mistake planted in its network and its optimiser."""

    fault: Fault = field(kw_only=True)

    def new_state(self) -> State:
        """The state of a run before its first update."""
        state = begin_state(self.config)
        self.fault.network(state.network)
        state.optimiser = self.fault.optimiser(state.network, build.optimiser(self.config.optim, state.network))
        return state


def train_and_measure(config: Config, name: str, fault: str = "") -> Result:
    """Train and measure a network, with a mistake planted where `fault` names one; an interrupted run resumes from its checkpoint."""
    data = prepare_data(config)
    check_fit(config, data)
    with open_checkpoints(paths.CHECKPOINTS, identify(run_key(config, data), fault)) as kept:
        loop = _faulty(config, data, kept, name, FAULTS[fault]) if fault else Loop(config, data, kept, name)
        state = loop.begin()
        try:
            loop.run(state, NoLog())
            scores = score_splits(loop.config, loop.data, state, tuple(SPLITS))
        except DivergedError:
            scores = dict.fromkeys(SPLITS, DIVERGED)
        kept.clear()
        return _result(state, scores)


def _faulty(config: Config, data: Prepared, kept: Checkpoints, name: str, fault: Fault) -> Loop:
    return FaultyLoop(fault.settings(config), fault.data(data), kept, name, updates=fault.updates, fault=fault)


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
