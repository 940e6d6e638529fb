"""Mistakes that an author of a report may have made, each beside the right code that it changes.

Only `reproduction/reruns.yaml` names a fault, and only the reproduction reads that file: the package has no setting that plants one.
"""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from numlp.arrays import Array
from numlp.code_digest import tree_digest
from numlp.config import Config
from numlp.errors import require
from numlp.files import json_digest
from numlp.nn.batch_norm import BatchNorm, BatchNormWork
from numlp.nn.mode import Mode
from numlp.nn.network import Network
from numlp.optim.optimizers import Momentum, Optimizer, Sgd
from numlp.training.plan import make_optimizer
from numlp.training.trainer import Trainer


class StaleNorm(BatchNorm):
    """The backward pass takes mean and variance from the moving average, which has the batch at hand in it by then.

    The gradients of gamma and beta are right: they follow from the forward pass's x_hat.
    """

    alpha = 0.9  # R0's

    def backward(self, dy: Array, work: BatchNormWork) -> Array:
        """(N, d) -> (N, d), in place."""
        super().backward(dy.copy(), work)
        dgamma = self.dgamma.copy()
        work.centered += self.alpha * (work.mean - self.mean)  # x minus the moving average
        var = self.alpha * self.var + (1 - self.alpha) * work.var
        work.inv_std[:] = 1 / np.sqrt(var + self.eps)
        work.scale[:] = self.gamma * work.inv_std
        dx = super().backward(dy, work)
        self.dgamma[:] = dgamma
        return dx


class BatchMomentsAlways(BatchNorm):
    """An evaluation, too, normalizes by the moments of its own batch: of the evaluator's 1,000 images."""

    def forward(self, x: Array, work: BatchNormWork, mode: Mode) -> Array:
        """(N, d) -> (N, d)."""
        return super().forward(x, work, replace(mode, batch_moments=True))


class GammaPenalized(Network):
    """The L2 penalty is of the weights and of gamma."""

    @property
    def gammas(self) -> list[str]:
        """Names of the scales."""
        return [name for name in self.params.views if name.endswith(".gamma")]

    def penalty(self, lam: float) -> float:
        """Lam * sum of squares."""
        return super().penalty(lam) + lam * sum(float(np.dot(self.params[name], self.params[name])) for name in self.gammas)

    def add_penalty_gradient(self, lam: float) -> None:
        """Add the gradient of `penalty`."""
        super().add_penalty_gradient(lam)
        for name in self.gammas:
            gradient = self.grads[name]
            gradient += 2 * lam * self.params[name]


class GammaDecay(Sgd):
    """The step of `GammaPenalized`, where the penalty's gradient is a decay."""

    gammas: list[Array]

    def update(self, eta: float, decay: float = 0.0, threads: int = 1) -> None:
        """Take one step."""
        for gamma in self.gammas:
            gamma *= 1 - eta * decay
        super().update(eta, decay, threads)


class HalfPenalty(Network):
    """The gradient of lam * sum of squared weights lacks its factor of 2."""

    def add_penalty_gradient(self, lam: float) -> None:
        """Add lam * W."""
        super().add_penalty_gradient(lam / 2)


class HalfDecay(Sgd):
    """The step of `HalfPenalty`."""

    def update(self, eta: float, decay: float = 0.0, threads: int = 1) -> None:
        """Take one step."""
        super().update(eta, decay / 2, threads)


class MeanOfGradients(Momentum):
    """velocity = rho * velocity + (1 - rho) * grads, a mean of the gradients: 1 / (1 - rho) times smaller steps."""

    def _step(self, p: Array, g: Array, scratch: Array, eta: float, decay: float, *state: Array) -> None:
        g *= 1 - self.rho
        super()._step(p, g, scratch, eta, (1 - self.rho) * decay, *state)


class FaultyTrainer(Trainer):
    """The training `right`, which has not begun, with a mistake; this class makes none, and the others say theirs in a line.

    Attributes:
        norm: The class of batch norm.
        network: The class that a network turns into; it has the same attributes.
        optimizer: The class that the optimizer turns into, which must be of its base class.
    """

    norm: ClassVar[type[BatchNorm]] = BatchNorm
    network: ClassVar[type[Network]] = Network
    optimizer: ClassVar[type[Optimizer] | None] = None

    def __init__(self, config: Config, right: Trainer) -> None:
        state = right.state
        self.change_network(state.network)
        state.optimizer = make_optimizer(config, state.network)
        if self.optimizer is not None:
            base = self.optimizer.__bases__[0]
            require(type(state.optimizer) is base, "fault", f"a run by {base.__name__}", optimizer=type(state.optimizer).__name__)
            state.optimizer.__class__ = self.optimizer
        super().__init__(state, right.train, right.val, right.plan)

    @classmethod
    def change_settings(cls, config: Config) -> Config:
        """The settings that the run really has."""
        return config

    @classmethod
    def change_network(cls, network: Network) -> None:
        """Change a new network in place, its parameters excepted."""
        network.__class__ = cls.network
        for name, layer in network.layers.items():
            if isinstance(layer, BatchNorm):
                network.layers[name] = cls.norm(layer.gamma, layer.beta, layer.dgamma, layer.dbeta, layer.mean, layer.var, layer.eps)


class StaleBackward(FaultyTrainer):
    """The backward pass of batch norm takes mean and variance from the moving average."""

    norm = StaleNorm


class TrainingMode(FaultyTrainer):
    """Evaluation normalizes by the statistics of its own batch of 1,000 images."""

    norm = BatchMomentsAlways


class PenaltyOnAll(FaultyTrainer):
    """L2 regularization is of every parameter, biases, gamma and beta included."""

    @classmethod
    def change_network(cls, network: Network) -> None:
        """Change a new network in place."""
        network.weights, network.weight_grads = network.params.vector, network.grads.vector


class PenaltyOnGamma(FaultyTrainer):
    """L2 regularization is of the weights and of gamma."""

    network, optimizer = GammaPenalized, GammaDecay

    def __init__(self, config: Config, right: Trainer) -> None:
        super().__init__(config, right)
        network, descent = self.state.network, self.state.optimizer
        assert isinstance(network, GammaPenalized) and isinstance(descent, GammaDecay)
        descent.gammas = [network.params[name] for name in network.gammas]


class HalfPenaltyGradient(FaultyTrainer):
    """The gradient of L2 regularization is lambda * W, without its factor of 2."""

    network, optimizer = HalfPenalty, HalfDecay


class DampedMomentum(FaultyTrainer):
    """Momentum's velocity is a mean of the gradients, and its steps are 1 / (1 - rho) times smaller."""

    optimizer = MeanOfGradients


class AlphaReversed(FaultyTrainer):
    """Alpha weighs the new statistics instead of the old ones."""

    @classmethod
    def change_settings(cls, config: Config) -> Config:
        """The settings with alpha the other way round."""
        return replace(config, moments={**config.moments, "alpha": 1 - config.moments["alpha"]})


FAULTS: dict[str, type[FaultyTrainer]] = {
    "stale_backward": StaleBackward,
    "training_mode": TrainingMode,
    "penalty_on_all": PenaltyOnAll,
    "penalty_on_gamma": PenaltyOnGamma,
    "half_penalty_gradient": HalfPenaltyGradient,
    "damped_momentum": DampedMomentum,
    "alpha_reversed": AlphaReversed,
}
"""By the name that reproduction/reruns.yaml uses."""
CHANGE_NETWORKS = [name for name in FAULTS if name not in ("damped_momentum", "alpha_reversed")]
"""The faults that a gradient check could see."""


def identify(key: str, fault: str) -> str:
    """The key of a run with a fault, whose code counts, from that of the right run; "" is no fault, and leaves the key."""
    return json_digest({"run": key, "fault": fault, "code": tree_digest(Path(__file__).read_text(encoding="utf-8"))}) if fault else key
