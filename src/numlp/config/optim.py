"""How the parameters are updated: optimisers and their rates."""

import math
from dataclasses import dataclass

from omegaconf import MISSING

from numlp.config.base import Checked
from numlp.errors import require


@dataclass
class OptimConfig(Checked):
    """What every optimiser has: a name."""

    name: str = MISSING


@dataclass
class SgdConfig(OptimConfig):
    """Plain gradient descent."""

    name: str = "sgd"


@dataclass
class MomentumConfig(OptimConfig):
    """Gradient descent with momentum; `rho` is the weight of the old velocity."""

    name: str = "momentum"
    rho: float = 0.9

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(0 <= self.rho < 1, "optim.rho", "a number >= 0 and < 1", rho=self.rho)


@dataclass
class AdamConfig(OptimConfig):
    """Adam, bias-corrected."""

    name: str = "adam"
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(0 <= self.beta1 < 1, "optim.beta1", "a number >= 0 and < 1", beta1=self.beta1)
        require(0 <= self.beta2 < 1, "optim.beta2", "a number >= 0 and < 1", beta2=self.beta2)
        require(0 < self.eps < math.inf, "optim.eps", "a number > 0", eps=self.eps)


@dataclass
class ScheduleConfig(Checked):
    """What every schedule has: a name."""

    name: str = MISSING


@dataclass
class CyclicalConfig(ScheduleConfig):
    """Triangular rate; the half cycle is n_s of the reports, counted in epochs."""

    name: str = "cyclical"
    eta_min: float = 1e-5
    eta_max: float = 1e-1
    half_cycle_epochs: float = 5.0
    decay: float = 1.0

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        good = 0 < self.eta_min <= self.eta_max < math.inf
        require(good, "schedule", "0 < eta_min <= eta_max", eta_min=self.eta_min, eta_max=self.eta_max)
        require(
            0 < self.half_cycle_epochs < math.inf, "schedule.half_cycle_epochs", "a number > 0", half_cycle_epochs=self.half_cycle_epochs
        )
        require(0 < self.decay <= 1, "schedule.decay", "a number > 0 and <= 1", decay=self.decay)


@dataclass
class ExponentialConfig(ScheduleConfig):
    """The rate times `decay` after each epoch."""

    name: str = "exponential"
    eta: float = 0.01
    decay: float = 0.95

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(0 < self.eta < math.inf, "schedule.eta", "a number > 0", eta=self.eta)
        require(0 < self.decay <= 1, "schedule.decay", "a number > 0 and <= 1", decay=self.decay)


@dataclass
class ConstantConfig(ScheduleConfig):
    """The same rate at every step."""

    name: str = "constant"
    eta: float = 0.01

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(0 < self.eta < math.inf, "schedule.eta", "a number > 0", eta=self.eta)
