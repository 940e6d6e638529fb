"""The network: its layers, batch norm with its running statistics, and the initial weights."""

import math
from dataclasses import dataclass

from omegaconf import MISSING

from numlp.config.base import Checked
from numlp.config.data import PIXELS
from numlp.errors import require, require_fraction, require_positive


@dataclass
class ModelConfig(Checked):
    """The architecture: widths of the hidden layers, input side first, and the number of an image's values that it reads, `inputs`."""

    hidden: list[int] = MISSING
    inputs: int = PIXELS

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        good = len(self.hidden) >= 1 and min(self.hidden) >= 1
        require(good, "model.hidden", "one or more widths, each at least 1", hidden=self.hidden)
        require(1 <= self.inputs <= PIXELS, "model.inputs", f"a whole number from 1 to {PIXELS}", inputs=self.inputs)


@dataclass
class NormConfig(Checked):
    """Batch normalization: none, before or after the activation."""

    placement: str = MISSING
    eps: float = 2.220446049250313e-16

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(self.placement in ("none", "before", "after"), "norm.placement", "none, before or after", placement=self.placement)
        require_positive("norm.eps", eps=self.eps)


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
class GradcheckConfig(Checked):
    """Settings of `numlp gradcheck`: the number of `entries` of each parameter to check, sampled with the seed, or all."""

    entries: int | str = 200

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        good = self.entries >= 1 if isinstance(self.entries, int) else self.entries == "all"
        require(good, "gradcheck.entries", "a whole number of at least 1, or all", entries=self.entries)


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
