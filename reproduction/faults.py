"""Mistakes that an author of a report may have made, each beside the right code that it changes.

Only `reproduction/reruns.yaml` names a fault, and only the reproduction reads that file: the package has no setting that plants one.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from numlp.arrays import Array
from numlp.code_digest import tree_digest
from numlp.config import Config
from numlp.data.normalise import Name, Part, Prepared
from numlp.files import json_digest
from numlp.nn.batch_norm import BatchNorm, BatchNormWork
from numlp.nn.mode import Mode
from numlp.nn.network import Network
from numlp.optim.optimizers import Sgd
from numlp.training.plan import epoch_steps, make_optimizer
from numlp.training.trainer import Batch, Trainer, batches_from


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


class ConstantNorm(BatchNorm):
    """The backward pass takes the batch's mean and variance as constants."""

    def backward(self, dy: Array, work: BatchNormWork) -> Array:
        """(N, d) -> (N, d), in place."""
        super().backward(dy.copy(), work)
        dy *= work.scale
        return dy


class OwnStatistics(Prepared):
    """The splits, each normalized by its own mean and standard deviation."""

    def part(self, name: Name) -> Part:
        """One split."""
        part = super().part(name)
        if name == "train":
            return part
        x = part.x[:]
        return Part((x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-6), part.labels)


def gammas(network: Network) -> list[Array]:
    """The scales of batch norm."""
    return [view for name, view in network.params.views.items() if name.endswith(".gamma")]


class GammaDecay(Sgd):
    """The step where gamma decays as the weights do."""

    gammas: list[Array]

    def update(self, eta: float, decay: float = 0.0, threads: int = 1) -> None:
        """Take one step."""
        for gamma in self.gammas:
            gamma *= 1 - eta * decay
        super().update(eta, decay, threads)


class FaultyTrainer(Trainer):
    """The training `right`, which has not begun, with a mistake; this class makes none, and the others say theirs in a line.

    Attributes:
        norm: The class of batch norm.
        splits: The class of the prepared data.
    """

    norm: ClassVar[type[BatchNorm]] = BatchNorm
    splits: ClassVar[type[Prepared]] = Prepared

    def __init__(self, config: Config, right: Trainer) -> None:
        state = right.state
        self.change_network(state.network)
        state.optimizer = make_optimizer(config, state.network)
        super().__init__(state, right.train, right.val, right.plan)
        self.epoch_steps = epoch_steps(len(right.train.labels), right.plan.batch_size)

    @classmethod
    def change_network(cls, network: Network) -> None:
        """Change a new network in place, its parameters excepted."""
        for name, layer in network.layers.items():
            if isinstance(layer, BatchNorm):
                network.layers[name] = cls.norm(layer.gamma, layer.beta, layer.dgamma, layer.dbeta, layer.mean, layer.var, layer.eps)


class StaleBackward(FaultyTrainer):
    """The backward pass of batch norm takes mean and variance from the moving average."""

    norm = StaleNorm


class ConstantMoments(FaultyTrainer):
    """The backward pass of batch norm takes the batch's mean and variance as constants."""

    norm = ConstantNorm


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
    """The gradient of L2 regularization is of the weights and of gamma, in a run of plain gradient descent."""

    def __init__(self, config: Config, right: Trainer) -> None:
        super().__init__(config, right)
        self.state.optimizer = GammaDecay(self.state.network)
        self.state.optimizer.gammas = gammas(self.state.network)


class GammaDrawn(FaultyTrainer):
    """The initial gamma is drawn as He's weights are, with a variance of 2 / width, where it should be 1."""

    def __init__(self, config: Config, right: Trainer) -> None:
        super().__init__(config, right)
        rng = np.random.default_rng(config.seed)
        for gamma in gammas(self.state.network):
            gamma[:] = rng.normal(0, np.sqrt(2 / gamma.size), gamma.size)


class SameOrder(FaultyTrainer):
    """The order of the images is drawn from the same seed in each epoch."""

    def batches(self) -> Iterator[Batch]:
        """The batches of the first epoch, again and again."""
        plan = self.plan
        first = list(batches_from(0, self.epoch_steps, plan.batch_seed, len(self.train.labels), plan.batch_size))
        return (self._gather((step, first[step % len(first)])) for step in range(self.state.step, plan.steps))


class LabelsApart(FaultyTrainer):
    """The labels are shuffled apart from the images."""

    def batches(self) -> Iterator[Batch]:
        """The batches with the labels of other images."""
        plan = self.plan
        others = batches_from(self.state.step, plan.steps, plan.batch_seed + 1, len(self.train.labels), plan.batch_size)
        return (batch._replace(labels=self.train.labels[places]) for batch, places in zip(super().batches(), others, strict=True))


class RatePerEpoch(FaultyTrainer):
    """The learning rate takes the next value of its schedule once in each epoch, not at each update."""

    def __init__(self, config: Config, right: Trainer) -> None:
        super().__init__(config, right)
        self.plan = replace(right.plan, schedule=lambda step: right.plan.schedule(step // self.epoch_steps))


class SplitsApart(FaultyTrainer):
    """Validation and test images are normalized by their own statistics."""

    splits = OwnStatistics


FAULTS: dict[str, type[FaultyTrainer]] = {
    "stale_backward": StaleBackward,
    "constant_moments": ConstantMoments,
    "training_mode": TrainingMode,
    "penalty_on_all": PenaltyOnAll,
    "penalty_on_gamma": PenaltyOnGamma,
    "gamma_drawn": GammaDrawn,
    "same_order": SameOrder,
    "labels_apart": LabelsApart,
    "rate_per_epoch": RatePerEpoch,
    "own_statistics": SplitsApart,
}
"""By the name that reproduction/reruns.yaml uses."""
CHANGE_NETWORKS = ["stale_backward", "constant_moments", "training_mode", "penalty_on_all"]
"""The faults that a gradient check could see."""


def identify(key: str, fault: str) -> str:
    """The key of a run with a fault, whose code counts, from that of the right run; "" is no fault, and leaves the key."""
    return json_digest({"run": key, "fault": fault, "code": tree_digest(Path(__file__).read_text(encoding="utf-8"))}) if fault else key
