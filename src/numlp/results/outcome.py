"""The outcome of a run: a file that later sweeps find, and the line that a job of a sweep prints."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from numlp.files import read_json, write_json
from numlp.training.history import Record
from numlp.training.trainer import State

STEPS_PER_EPOCH = 1000  # steps of a curve are whole numbers: thousandths of an epoch


class PrunedError(Exception):
    """The sweep stops this run: others were better at the same epoch."""


@dataclass(frozen=True)
class Outcome:
    """The result of a run; accuracies as fractions, costs in nats."""

    state: str  # done, pruned, diverged, failed, or stopped by a signal
    folder: str
    val_accuracy: float = 0.0
    best_val_accuracy: float = 0.0  # the highest of the evaluation points
    val_cost: float = math.inf
    test_accuracy: float = 0.0  # shown alone: nothing is chosen by it
    epochs: float = 0.0
    seconds: float = 0.0  # duration of the training, evaluation points included
    error: str = ""  # one line for a run that failed or diverged
    curve: dict[int, float] = field(default_factory=dict)  # validation cost by thousandths of an epoch
    cached: bool = False  # True for a result that was read and not trained


@dataclass(frozen=True)
class Member:
    """A run's place in a sweep."""

    parent: str  # MLflow's id of the sweep
    tags: Mapping[str, str]  # tags of the run in MLflow
    watch: Callable[[Record], None]  # called with each record; raises `PrunedError` to stop the run
    keep: Callable[[Outcome], None]  # called while the checkpoint is still there: a process that is killed leaves one of them


def describe_end(state: State, folder: Path, why: str, error: str = "", **figures: Any) -> Outcome:
    """The outcome of a network as it is; without figures the worst there can be, so that no search chooses it."""
    costs = {round(record.epoch * STEPS_PER_EPOCH): record.val_cost for record in state.records}
    curve = {step: cost for step, cost in costs.items() if math.isfinite(cost)}
    return Outcome(why, str(folder), epochs=state.records[-1].epoch, seconds=state.seconds, error=error, curve=curve, **figures)


def save_outcome(path: Path, outcome: Outcome) -> None:
    write_json(path, asdict(outcome) | ({} if math.isfinite(outcome.val_cost) else {"val_cost": None}))


def load_outcome(path: Path, since: float = 0.0) -> Outcome | None:
    """Read what `save_outcome` wrote; None if there is no such file, or none that was written after `since`."""
    content = read_json(path)
    if content is None or path.stat().st_mtime < since:
        return None
    content["state"] = content.get("state") or content["note"].partition(":")[0] or "done"  # older files have a note alone
    content["curve"] = {int(step): cost for step, cost in content.get("curve", {}).items()}
    content |= {"val_cost": math.inf if content["val_cost"] is None else content["val_cost"], "cached": True}
    return Outcome(**{item.name: content[item.name] for item in fields(Outcome) if item.name in content})


def loss(value: float, objective: str) -> float:
    """A value of the objective, as one that is to be small."""
    return value if objective == "val_cost" else 1 - value
