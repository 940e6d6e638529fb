"""A run as a member of a sweep: what it is told, and what it gives back."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from numlp.config import Config
from numlp.data.normalise import Prepared
from numlp.files import read_json, write_json
from numlp.training.fit import score_splits
from numlp.training.history import Record
from numlp.training.trainer import State

NOT_FINITE = None  # how a record keeps a cost that is not
PRUNED = "pruned"


class PrunedError(Exception):
    """The sweep gives this run up: others were better at the same epoch."""


@dataclass(frozen=True)
class Member:
    """A run's place in a sweep.

    Attributes:
        parent: MLflow's id of the sweep.
        run_id: Of this run, when it was cut off before; else empty.
        tags: For its MLflow run.
        record: Where its outcome is kept once it is trained to its end,
        pruned: and where when it was given up, which counts in this sweep alone.
        watch: Called with each record; raises `PrunedError` to give the run up.
    """

    parent: str
    run_id: str
    tags: Mapping[str, str]
    record: Path
    pruned: Path
    watch: Callable[[Record], None]


@dataclass(frozen=True)
class Outcome:
    """What a run of a sweep gave; accuracies as fractions, costs in nats.

    Attributes:
        best_val_accuracy: The highest of its records.
        test_accuracy: To be shown; nothing is chosen by it. 0 for a run that was given up.
        epochs: Trained.
        seconds: Of training, records included.
        memory: The highest resident memory of the process so far, in bytes.
        folder: Where its files are.
        note: Empty, or why it was not trained to its end.
    """

    val_accuracy: float
    best_val_accuracy: float
    val_cost: float
    test_accuracy: float
    epochs: float
    seconds: float
    memory: float
    folder: str
    note: str = ""


def measure_outcome(config: Config, state: State, data: Prepared, folder: Path) -> Outcome:
    """Of a network that is trained, by its final moments."""
    scores = score_splits(config, data, state, ("val", "test"))
    best = max(record.val_accuracy for record in state.records)
    figures = (scores["val"].accuracy, best, scores["val"].cost, scores["test"].accuracy)
    return Outcome(*figures, state.records[-1].epoch, state.seconds, resident(), str(folder))


def worst_outcome(state: State, folder: Path, note: str) -> Outcome:
    """Of a network that has diverged or was pruned: the worst there can be, so that no search chooses it."""
    return Outcome(0.0, 0.0, math.inf, 0.0, state.records[-1].epoch, state.seconds, resident(), str(folder), note)


def save_outcome(path: Path, made: Outcome) -> None:
    """Write the file, whole or not at all."""
    write_json(path, content(made))


def load_outcome(path: Path) -> Outcome | None:
    """Read what `save_outcome` wrote; None when there is no such file."""
    found = read_json(path)
    return None if found is None else from_content(found)


def find_outcome(record: Path, pruned: Path) -> Outcome | None:
    """The outcome of a run that was trained to its end in any sweep, or pruned in this one; None when neither is there."""
    return load_outcome(record) or load_outcome(pruned)


def content(made: Outcome) -> dict[str, Any]:
    """As JSON can hold it."""
    return asdict(made) | ({} if math.isfinite(made.val_cost) else {"val_cost": NOT_FINITE})


def from_content(found: Mapping[str, Any]) -> Outcome:
    """What `content` was made from."""
    return Outcome(**{**found, "val_cost": math.inf if found["val_cost"] is NOT_FINITE else found["val_cost"]})


def resident() -> float:
    """The highest resident memory of this process so far, in bytes; macOS counts in bytes, others in kB."""
    import resource
    import sys

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1.0 if sys.platform == "darwin" else 1024.0)
