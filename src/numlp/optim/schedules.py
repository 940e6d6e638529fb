"""Learning-rate schedules: settings in epochs, from which `rates` makes the learning rate of each update for a run of a given length."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from numlp.errors import DECAY, LENGTH, POSITIVE, require, require_rates

__all__ = ["Constant", "Cosine", "Cyclical", "Exponential", "OneCycle"]  # the public names: numlp.Constant, ...

Schedule: TypeAlias = Callable[[int], float]
"""From the update, counted from 0, to its learning rate eta."""


@dataclass(frozen=True)
class Constant:
    """The same learning rate at every update."""

    eta: float = 0.01

    def __post_init__(self) -> None:
        POSITIVE.require("schedule.eta", eta=self.eta)

    def rates(self, per_epoch: int, steps: int) -> Schedule:
        """The rates of a run of `steps` updates, `per_epoch` in each epoch."""
        return lambda step: self.eta


@dataclass(frozen=True)
class Exponential:
    """Eta * decay^epoch: the learning rate falls by a factor after each epoch."""

    eta: float = 0.01
    decay: float = 0.95

    def __post_init__(self) -> None:
        POSITIVE.require("schedule.eta", eta=self.eta)
        DECAY.require("schedule.decay", decay=self.decay)

    def rates(self, per_epoch: int, steps: int) -> Schedule:
        """The rates of a run of `steps` updates, `per_epoch` in each epoch."""
        return lambda step: self.eta * self.decay ** (step // per_epoch)


@dataclass(frozen=True)
class Cosine:
    """Up to `eta` in even steps over `warmup_epochs`, then down along half a cosine to `eta_min` at the last update.

    Source: Loshchilov and Hutter 2017, arXiv:1608.03983, equation 5, without restarts; warm-up: Goyal et al. 2017, arXiv:1706.02677.
    """

    eta: float = 0.05
    eta_min: float = 1e-5
    warmup_epochs: float = 1.0

    def __post_init__(self) -> None:
        require_rates("schedule", self.eta_min, self.eta)
        require(0 <= self.warmup_epochs <= 1e6, "schedule.warmup_epochs", "a number from 0 to 1000000", warmup_epochs=self.warmup_epochs)

    def rates(self, per_epoch: int, steps: int) -> Schedule:
        """The rates of a run of `steps` updates, `per_epoch` in each epoch.

        Raises:
            UserError: The warm-up is as long as the run.
        """
        eta, eta_min, warmup = self.eta, self.eta_min, round(self.warmup_epochs * per_epoch)
        require(warmup < steps, "schedule.warmup_epochs", f"a warm-up shorter than the run's {steps} updates", warmup=warmup)
        length = max(1, steps - 1 - warmup)

        def rate(step: int) -> float:
            if step < warmup:
                return eta * (step + 1) / (warmup + 1)
            return eta_min + (eta - eta_min) * (1 + math.cos(math.pi * min(1.0, (step - warmup) / length))) / 2

        return rate


@dataclass(frozen=True)
class OneCycle:
    """Up from `eta / start` to `eta` along half a cosine over the share `rise` of the run, and down to `eta / end` at the last update.

    Source: Smith and Topin 2018, arXiv:1708.07120, with cosines instead of straight lines, as PyTorch's OneCycleLR has them.
    """

    eta: float = 0.1
    rise: float = 0.3
    start: float = 25.0
    end: float = 250_000.0

    def __post_init__(self) -> None:
        POSITIVE.require("schedule.eta", eta=self.eta)
        require(0 < self.rise < 1, "schedule.rise", "a number above 0 and below 1", rise=self.rise)
        bounded = 1 <= self.start < math.inf and 1 <= self.end < math.inf
        require(bounded, "schedule", "start and end of at least 1", start=self.start, end=self.end)

    def rates(self, per_epoch: int, steps: int) -> Schedule:
        """The rates of a run of `steps` updates, `per_epoch` in each epoch.

        Raises:
            UserError: The run is too short to rise and fall.
        """
        eta, top = self.eta, self.rise * steps - 1  # the update of the highest rate
        expected = f"a rise of more than one and fewer than all of the run's {steps} updates"
        require(0 < top < steps - 1, "schedule.rise", expected, rise=self.rise)

        def between(first: float, last: float, share: float) -> float:
            return last + (first - last) * (1 + math.cos(math.pi * min(1.0, share))) / 2

        def rate(step: int) -> float:
            if step <= top:
                return between(eta / self.start, eta, step / top)
            return between(eta, eta / self.end, (step - top) / (steps - 1 - top))

        return rate


@dataclass(frozen=True)
class Cyclical:
    """Triangles: up from `eta_min` to `eta_max` in `half_cycle_epochs`, and down again in as many.

    After each cycle the highest rate is multiplied by `decay`; it never falls below `eta_min`.

    Source: Smith 2017, arXiv:1506.01186, section 3 (triangular and, with a decay of 0.5, close to triangular2).

    Examples:
        >>> import numlp
        >>> rates = numlp.Cyclical(eta_min=0.001, eta_max=0.1, half_cycle_epochs=5).rates(per_epoch=100, steps=2000)
        >>> [round(rates(step), 3) for step in (0, 250, 500, 1000, 1500)]
        [0.001, 0.051, 0.1, 0.001, 0.1]
    """

    eta_min: float = 1e-5
    eta_max: float = 0.1
    half_cycle_epochs: float = 5.0
    decay: float = 1.0

    def __post_init__(self) -> None:
        require_rates("schedule", self.eta_min, self.eta_max)
        LENGTH.require("schedule.half_cycle_epochs", half_cycle_epochs=self.half_cycle_epochs)
        DECAY.require("schedule.decay", decay=self.decay)

    def cycle_steps(self, per_epoch: int) -> int:
        """Updates of a cycle: at least two. A schedule with this method has a length in cycles, `train.cycles`."""
        return 2 * max(1, round(self.half_cycle_epochs * per_epoch))

    def rates(self, per_epoch: int, steps: int) -> Schedule:
        """The rates of a run of `steps` updates, `per_epoch` in each epoch."""
        eta_min, eta_max, half_cycle = self.eta_min, self.eta_max, self.cycle_steps(per_epoch) // 2

        def rate(step: int) -> float:
            cycle, position = divmod(step, 2 * half_cycle)
            height = 1 - abs(position / half_cycle - 1)  # 0 at eta_min, 1 at the highest rate
            highest = max(eta_min, eta_max * self.decay**cycle)
            return eta_min + height * (highest - eta_min)

        return rate
