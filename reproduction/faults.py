"""Mistakes that an author of a report may have made, each beside the right code that it changes.

Only `reproduction/reruns.yaml` names a fault, and only the reproduction reads that file: the package has no setting that plants one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from numlp.arrays import Array
from numlp.code_digest import tree_digest
from numlp.config import Config
from numlp.data.normalise import Name, Part, Prepared, statistics
from numlp.data.sources import find_raw
from numlp.errors import require
from numlp.files import json_digest
from numlp.nn.batch_norm import BatchNorm, BatchNormWork
from numlp.nn.mode import Mode
from numlp.nn.network import Network
from numlp.optim.optimizers import Adam, Momentum, Optimizer, Sgd
from numlp.training.plan import epoch_steps, make_optimizer
from numlp.training.trainer import Trainer

Right = TypeVar("Right", bound=Optimizer)


class StaleBackward(BatchNorm):
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


class TrainingModeAlways(BatchNorm):
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

    def __init__(self, network: GammaPenalized) -> None:
        super().__init__(network.params.vector, network.weights.size)
        self._gammas = [network.params[name] for name in network.gammas]

    def update(self, params: Array, grads: Array, eta: float, decay: float = 0.0, threads: int = 1) -> None:
        """Take one step."""
        for gamma in self._gammas:
            gamma *= 1 - eta * decay
        super().update(params, grads, eta, decay, threads)


class HalfPenaltyGradient(Network):
    """The gradient of lam * sum of squared weights lacks its factor of 2."""

    def add_penalty_gradient(self, lam: float) -> None:
        """Add lam * W."""
        super().add_penalty_gradient(lam / 2)


class HalfDecay(Sgd):
    """The step of `HalfPenaltyGradient`."""

    def update(self, params: Array, grads: Array, eta: float, decay: float = 0.0, threads: int = 1) -> None:
        """Take one step."""
        super().update(params, grads, eta, decay / 2, threads)


class UncorrectedAdam(Adam):
    """Both means start at 0, and no division corrects for that."""

    def _step(self, p: Array, g: Array, scratch: Array, eta: float, decay: float, *state: Array) -> None:
        mean, square = state
        g += decay * p
        mean += (1 - self.beta1) * (g - mean)
        square += (1 - self.beta2) * (g * g - square)
        p -= eta * mean / (np.sqrt(square) + self.eps)


class RateInVelocity(Momentum):
    """velocity = rho * velocity + eta * grads; params -= velocity: the rate of a step that was made stays with it."""

    def _step(self, p: Array, g: Array, scratch: Array, eta: float, decay: float, *state: Array) -> None:
        (velocity,) = state
        velocity *= self.rho
        velocity += eta * (g + decay * p)
        p -= velocity


class DampedMomentum(Momentum):
    """velocity = rho * velocity + (1 - rho) * grads, a mean of the gradients: 1 / (1 - rho) times smaller steps."""

    def _step(self, p: Array, g: Array, scratch: Array, eta: float, decay: float, *state: Array) -> None:
        g *= 1 - self.rho
        super()._step(p, g, scratch, eta, (1 - self.rho) * decay, *state)


class Unshuffled(Trainer):
    """Every epoch has the order of the files."""

    def indices(self, first: int) -> Iterator[NDArray[np.intp]]:
        """The images of the updates from `first` on."""
        n, size = len(self.train.labels), self.plan.batch_size
        for step in range(first, self.plan.steps):
            start = step % epoch_steps(n, size) * size
            yield np.arange(start, min(start + size, n))


class MomentsFromZero(Trainer):
    """The moving average of means and variances starts at 0."""

    def start_moments(self, x: Array) -> None:
        """Start the moving average."""
        self.state.network.moments.vector[:] = 0


@dataclass(frozen=True)
class InMemory(Prepared):
    """Normalized arrays that are no files."""

    parts: dict[Name, Part]

    def part(self, name: Name) -> Part:
        """One split."""
        return self.parts[name]


def _normalize_by_all(data: Prepared) -> Prepared:
    """Validation and test images take part in the mean and the standard deviation."""
    mean, std = (of_all[: data.mean.size] for of_all in statistics(find_raw(data.dataset).images))
    std[std == 0] = 1
    scale, shift = (data.std / std).astype(np.float32), ((data.mean - mean) / std).astype(np.float32)
    names: tuple[Name, ...] = ("train", "val", "test")
    parts = {name: Part(data.part(name).x[:] * scale + shift, data.part(name).labels) for name in names}
    return InMemory(data.raw, data.split, mean, std, parts)


def _alpha_reversed(config: Config) -> Config:
    """Alpha weighs the new moments."""
    return replace(config, moments={**config.moments, "alpha": 1 - config.moments["alpha"]})


def _replace_norms(kind: type[BatchNorm], network: Network) -> None:
    for name, layer in network.layers.items():
        if isinstance(layer, BatchNorm):
            network.layers[name] = kind(layer.gamma, layer.beta, layer.dgamma, layer.dbeta, layer.mean, layer.var, layer.eps)


def _turn_into(kind: type[Network], network: Network) -> None:
    network.__class__ = kind  # it has the same attributes, and another penalty


def _penalize_all(network: Network) -> None:
    network.weights, network.weight_grads = network.params.vector, network.grads.vector


def _of(kind: type[Right], optimizer: Optimizer) -> Right:
    require(isinstance(optimizer, kind), "fault", f"a run by {kind.__name__}", optimizer=type(optimizer).__name__)
    assert isinstance(optimizer, kind)
    return optimizer


def _decay_gamma(network: Network, optimizer: Optimizer) -> Optimizer:
    _of(Sgd, optimizer)
    assert isinstance(network, GammaPenalized)
    return GammaDecay(network)


def _halve_decay(network: Network, optimizer: Optimizer) -> Optimizer:
    _of(Sgd, optimizer)
    return HalfDecay(network.params.vector, network.weights.size)


def _uncorrected(network: Network, optimizer: Optimizer) -> Optimizer:
    right = _of(Adam, optimizer)
    return UncorrectedAdam(network.params.vector, network.weights.size, right.beta1, right.beta2, right.eps)


def _other_momentum(kind: type[Momentum], network: Network, optimizer: Optimizer) -> Optimizer:
    return kind(network.params.vector, network.weights.size, _of(Momentum, optimizer).rho)


def _unchanged(network: Network) -> None:
    """Leave the network as it is."""


@dataclass(frozen=True)
class Fault:
    """What a run does otherwise than it should; a field that is not given leaves the run as it should be.

    Attributes:
        text: The mistake, in a sentence for readers.
        settings: Changes the run's settings.
        data: Changes the normalized images.
        network: Changes a new network in place, its parameters excepted.
        optimizer: Gives another optimizer for the changed network in place of the right one.
        trainer: Makes the updates.
    """

    text: str
    settings: Callable[[Config], Config] = lambda config: config
    data: Callable[[Prepared], Prepared] = lambda data: data
    network: Callable[[Network], None] = _unchanged
    optimizer: Callable[[Network, Optimizer], Optimizer] = lambda network, optimizer: optimizer
    trainer: type[Trainer] = Trainer

    def plant(self, config: Config, right: Trainer) -> Trainer:
        """The run `right`, which has not begun, with the mistakes of its network, its optimizer and its updates."""
        state = right.state
        self.network(state.network)
        state.optimizer = self.optimizer(state.network, make_optimizer(config, state.network))
        return self.trainer(state, right.train, right.val, right.plan)

    @property
    def changes_network(self) -> bool:
        """Whether a gradient check could see it."""
        return self.network is not _unchanged


FAULTS = {
    "stale_backward": Fault(
        "The backward pass of batch norm takes mean and variance from the moving average.", network=partial(_replace_norms, StaleBackward)
    ),
    "training_mode": Fault(
        "Evaluation normalizes by the statistics of its own batch of 1,000 images.", network=partial(_replace_norms, TrainingModeAlways)
    ),
    "penalty_on_all": Fault("L2 regularization is of every parameter, biases, gamma and beta included.", network=_penalize_all),
    "penalty_on_gamma": Fault(
        "L2 regularization is of the weights and of gamma.", network=partial(_turn_into, GammaPenalized), optimizer=_decay_gamma
    ),
    "half_penalty_gradient": Fault(
        "The gradient of L2 regularization is lambda * W, without its factor of 2.",
        network=partial(_turn_into, HalfPenaltyGradient),
        optimizer=_halve_decay,
    ),
    "uncorrected_adam": Fault("Adam's means are not corrected for their start at 0.", optimizer=_uncorrected),
    "rate_in_velocity": Fault("Momentum's velocity holds the learning rate.", optimizer=partial(_other_momentum, RateInVelocity)),
    "damped_momentum": Fault(
        "Momentum's velocity is a mean of the gradients, and its steps are 1 / (1 - rho) times smaller.",
        optimizer=partial(_other_momentum, DampedMomentum),
    ),
    "no_shuffling": Fault("Every epoch has the images in the order of the files.", trainer=Unshuffled),
    "moments_from_zero": Fault("Batch norm's moving average starts at 0.", trainer=MomentsFromZero),
    "alpha_reversed": Fault("Alpha weighs the new statistics instead of the old ones.", settings=_alpha_reversed),
    "normalised_by_all": Fault("Images are normalized by the statistics of all three splits.", data=_normalize_by_all),
}
"""By the name that reproduction/reruns.yaml uses."""


def identify(key: str, fault: str) -> str:
    """The key of a run with a fault, whose code counts, from that of the right run; "" is no fault, and leaves the key."""
    return json_digest({"run": key, "fault": fault, "code": tree_digest(Path(__file__).read_text(encoding="utf-8"))}) if fault else key
