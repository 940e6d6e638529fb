"""Parts of a run that can be swapped: optimizers, schedules, activations, initial weights, running statistics."""

import math
from dataclasses import dataclass

from omegaconf import MISSING

from numlp.errors import require, require_decay, require_fraction, require_length, require_not_negative, require_positive, require_rates


@dataclass
class Checked:
    """A config with rules for its values."""

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""


ACTIVATIONS = {"relu": "ReLU", "leaky_relu": "leaky ReLU", "gelu": "GELU", "silu": "SiLU"}
"""The names of the activations, and what figures call them."""


@dataclass
class ActivationConfig(Checked):
    """The activation function: relu, leaky_relu (slope 0.01), gelu (tanh approximation) or silu."""

    name: str = "relu"

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(self.name in ACTIVATIONS, "activation.name", f"one of {', '.join(ACTIVATIONS)}", name=self.name)


@dataclass
class InitConfig(Checked):
    """Initial weights: he, xavier, or gaussian with `sigma`."""

    name: str = MISSING
    sigma: float | None = None

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(self.name in ("he", "xavier", "gaussian"), "init.name", "he, xavier or gaussian", name=self.name)
        if self.name == "gaussian":
            good = self.sigma is not None and 0 < self.sigma < math.inf
            require(good, "init.sigma", "a number above 0", sigma=self.sigma)
        else:
            expected, remedy = f"null with init={self.name}", "only init=gaussian uses sigma"
            require(self.sigma is None, "init.sigma", expected, remedy, sigma=self.sigma)


@dataclass
class MomentsConfig(Checked):
    """Batch norm's running statistics: ema is a moving average; precise and adaptive replace it after training, from `images` images."""

    name: str = MISSING
    alpha: float = 0.9  # weight of the old value
    images: int | None = None

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(self.name in ("ema", "precise", "adaptive"), "moments.name", "ema, precise or adaptive", name=self.name)
        require_fraction("moments.alpha", alpha=self.alpha)
        if self.name == "ema":
            remedy = "only moments=precise and moments=adaptive use images"
            require(self.images is None, "moments.images", "null with moments=ema", remedy, images=self.images)
        else:
            require(self.images is not None and self.images >= 2, "moments.images", "a whole number of at least 2", images=self.images)


@dataclass
class OptimConfig(Checked):
    """Base of all optimizers."""

    name: str = MISSING


@dataclass
class SgdConfig(OptimConfig):
    """Plain stochastic gradient descent."""

    name: str = "sgd"


@dataclass
class MomentumConfig(OptimConfig):
    """Gradient descent with momentum; `rho` is the weight of the old velocity, `nesterov` looks one step ahead.

    Each update also subtracts learning rate * `weight_decay` * weights; `lam` is then usually 0.
    """

    name: str = "momentum"
    rho: float = 0.9
    nesterov: bool = False
    weight_decay: float = 0.0

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require_fraction("optim.rho", rho=self.rho)
        require_not_negative("optim.weight_decay", weight_decay=self.weight_decay)


@dataclass
class AdamConfig(OptimConfig):
    """Adam, bias-corrected."""

    name: str = "adam"
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require_fraction("optim", beta1=self.beta1, beta2=self.beta2)
        require_positive("optim.eps", eps=self.eps)


@dataclass
class AdamWConfig(AdamConfig):
    """Adam with decoupled weight decay: each update subtracts learning rate * `weight_decay` * weights; `lam` is then usually 0."""

    name: str = "adamw"
    weight_decay: float = 0.01

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        super().check()
        require_not_negative("optim.weight_decay", weight_decay=self.weight_decay)


@dataclass
class ScheduleConfig(Checked):
    """Base of all schedules."""

    name: str = MISSING


@dataclass
class CyclicalConfig(ScheduleConfig):
    """Triangular learning rate; the half cycle, in epochs, is n_s of the reports."""

    name: str = "cyclical"
    eta_min: float = 1e-5
    eta_max: float = 1e-1
    half_cycle_epochs: float = 5.0
    decay: float = 1.0

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require_rates("schedule", self.eta_min, self.eta_max)
        require_length("schedule.half_cycle_epochs", half_cycle_epochs=self.half_cycle_epochs)
        require_decay("schedule.decay", decay=self.decay)


@dataclass
class ExponentialConfig(ScheduleConfig):
    """The learning rate is multiplied by `decay` after each epoch."""

    name: str = "exponential"
    eta: float = 0.01
    decay: float = 0.95

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require_positive("schedule.eta", eta=self.eta)
        require_decay("schedule.decay", decay=self.decay)


@dataclass
class CosineConfig(ScheduleConfig):
    """The learning rate rises to `eta` over `warmup_epochs`, and falls along half a cosine to `eta_min` at the end of the run."""

    name: str = "cosine"
    eta: float = 0.05
    eta_min: float = 1e-5
    warmup_epochs: float = 1.0

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require_rates("schedule", self.eta_min, self.eta)
        good = 0 <= self.warmup_epochs <= 1e6
        require(good, "schedule.warmup_epochs", "a number from 0 to 1000000", warmup_epochs=self.warmup_epochs)


@dataclass
class OneCycleConfig(ScheduleConfig):
    """The learning rate rises from `eta / start` to `eta` in the share `rise` of the run, then falls to `eta / end`, along half cosines."""

    name: str = "one_cycle"
    eta: float = 0.1
    rise: float = 0.3
    start: float = 25.0
    end: float = 250_000.0

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require_positive("schedule.eta", eta=self.eta)
        require(0 < self.rise < 1, "schedule.rise", "a number above 0 and below 1", rise=self.rise)
        require(
            1 <= self.start < math.inf and 1 <= self.end < math.inf,
            "schedule",
            "start and end of at least 1",
            start=self.start,
            end=self.end,
        )


@dataclass
class ConstantConfig(ScheduleConfig):
    """The same learning rate at every step."""

    name: str = "constant"
    eta: float = 0.01

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require_positive("schedule.eta", eta=self.eta)
