"""The jobs of a sweep, as the process that orders them has them, and what a file says of each while it runs elsewhere."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from numlp.config import Config
from numlp.files import replacing
from numlp.runs.outcome import Outcome, from_content
from numlp.sweep.space import SEED, Point, short

State: TypeAlias = Literal["waiting", "running", "done", "kept", "failed", "stopped"]
FINAL = -1  # the round of the final training
ENDED: tuple[State, ...] = ("done", "kept", "failed", "stopped")


@dataclass(frozen=True)
class Status:
    """What is known of a job.

    Attributes:
        epoch: Trained so far.
        val_accuracy: As of its last record, a fraction.
        error: Of a job that failed, one line.
        log: The file with what it printed, and the whole of its error.
        outcome: Of a job that is done or was kept from before.
    """

    state: State = "waiting"
    epoch: float = 0.0
    val_accuracy: float | None = None
    error: str = ""
    log: str = ""
    outcome: Outcome | None = None


@dataclass
class Job:
    """One run of a sweep.

    Attributes:
        number: In the sweep, from 0.
        round: From 0.
        trial: In the sweep: all jobs that differ in the seed alone have the same.
        proposal: The trial's number in its round.
        point: The trial's values.
        seed: As an override's text; empty when the choices' own counts.
        overrides: All that the command line would have.
        config: The choices; None when they break a rule.
        name: Of the run.
        record: The file of its outcome, in whatever sweep it is made.
        epochs: How long it trains.
    """

    number: int
    round: int
    trial: int
    proposal: int
    point: Point
    seed: str
    overrides: list[str]
    config: Config | None = None
    name: str = ""
    record: Path = Path()
    epochs: float = 1.0
    status: Status = field(default_factory=Status)

    @property
    def label(self) -> str:
        """What tells it from the others."""
        return short({**self.point, **({SEED: self.seed} if self.seed else {})}) or "one run"


def write_status(path: Path, **status: Any) -> None:
    """Write the file, whole or not at all."""
    with replacing(path, sync=False) as file:
        file.write(json.dumps(status).encode())


def read_status(path: Path) -> Status | None:
    """What the file says; None while there is none."""
    try:
        status: Mapping[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    outcome = status.get("outcome")
    return Status(**{**status, "outcome": None if outcome is None else from_content(outcome)})
