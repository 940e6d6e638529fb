"""Length, batches, evaluation points and divergence of a training, the learning-rate range test, and system metrics."""

import math
from dataclasses import dataclass, field

from omegaconf import MISSING

from numlp.config.base import Checked
from numlp.errors import require, require_count, require_length, require_positive


@dataclass
class RecordConfig(Checked):
    """When and how cost, loss and accuracy are recorded."""

    every: str = "epoch"  # epoch, or points: `points` times a run
    points: int = 10
    cost: str = "full"  # full, aggregated or smoothed

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(self.every in ("epoch", "points"), "train.record.every", "epoch or points", every=self.every)
        require_count("train.record.points", points=self.points)
        require(self.cost in ("full", "aggregated", "smoothed"), "train.record.cost", "full, aggregated or smoothed", cost=self.cost)


@dataclass
class DivergedConfig(Checked):
    """When a run has diverged: its cost is not finite, or above `cost` at `records` evaluation points in a row."""

    cost: float = 1e6  # of a network that recovers, the highest known is 575,395: nine layers from weights of 1e-4, with batch norm
    records: int = 5

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require_positive("train.diverged.cost", cost=self.cost)
        require_count("train.diverged.records", records=self.records)


@dataclass
class TrainConfig(Checked):
    """Length and batches of a run: `epochs` if given, else `cycles` of the cyclical schedule."""

    batch_size: int = MISSING
    threads: int = 1  # of BLAS; they decide the last bits of a result, so the number does not depend on the machine
    cycles: float | None = None
    epochs: float | None = None
    record: RecordConfig = field(default_factory=RecordConfig)
    diverged: DivergedConfig = field(default_factory=DivergedConfig)
    resume: bool = True  # an interrupted run resumes; false starts it over
    health: bool = False  # layer diagnostics at each evaluation point

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require_count("train.batch_size", batch_size=self.batch_size)
        require(1 <= self.threads <= 64, "train.threads", "a whole number from 1 to 64", threads=self.threads)
        for name, value in (("cycles", self.cycles), ("epochs", self.epochs)):
            require(value is None or 0 < value <= 1e6, f"train.{name}", "a number above 0 and at most 1000000, or null", **{name: value})
        require(self.cycles is not None or self.epochs is not None, "train", "a value for epochs or cycles", epochs=None, cycles=None)


@dataclass
class TrackingConfig(Checked):
    """What MLflow receives beside a run's curves; no result depends on it."""

    system_metrics: bool = False  # processor, memory, disk and network of the machine, sampled while a network trains


@dataclass
class LrRangeConfig(Checked):
    """Settings of `numlp lr-range`: the rate rises from `low` to `high` in `epochs`, by equal factors (log) or differences (linear)."""

    low: float = 1e-5
    high: float = 10.0
    epochs: float = 2.0
    spacing: str = "log"

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(0 < self.low < self.high < math.inf, "lr_range", "0 < low < high", low=self.low, high=self.high)
        require_length("lr_range.epochs", epochs=self.epochs)
        require(self.spacing in ("log", "linear"), "lr_range.spacing", "log or linear", spacing=self.spacing)
