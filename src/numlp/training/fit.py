"""The one way to train a configuration, whoever asks for it: a run from its last checkpoint to its end."""

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from numlp.arrays import Array
from numlp.config import Config
from numlp.config.parts import build
from numlp.data.augment import Augmentation
from numlp.data.normalise import Name, Prepared
from numlp.errors import FRACTION, UserError, require
from numlp.nn.network import Network, set_from_batch
from numlp.threads import blas_threads
from numlp.training.checkpoint import Checkpoint
from numlp.training.evaluator import Evaluator, Scores
from numlp.training.health import Probe
from numlp.training.history import Record
from numlp.training.plan import MOMENTS, check_data, make_network, make_optimizer, make_plan, stream
from numlp.training.trainer import State, Trainer

if TYPE_CHECKING:
    from numlp.signals import Stop  # no result follows from it


@dataclass(frozen=True)
class EmaMoments:
    """A moving average over the batches of training, of which the old value has the weight `alpha`."""

    alpha: float = 0.9
    split: ClassVar[Name | None] = None  # whose images replace the average

    def __post_init__(self) -> None:
        FRACTION.require("moments.alpha", alpha=self.alpha)


@dataclass(frozen=True)
class PreciseMoments(EmaMoments):
    """The moments of one pass over random training images. Source: see `numlp.set_from_batch`."""

    images: int = 10_000
    split: ClassVar[Name | None] = "train"

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.images >= 2, "moments.images", "a whole number of at least 2", images=self.images)

    def change(self, x: Array, shape: Sequence[int], rng: np.random.Generator) -> Array:
        """The sampled images, of `shape`, as the pass sees them."""
        return x


@dataclass(frozen=True)
class AdaptiveMoments(PreciseMoments):
    """The moments of random test images, never their labels, each mirrored with probability 1/2."""

    images: int = 1_000
    split: ClassVar[Name | None] = "test"

    def change(self, x: Array, shape: Sequence[int], rng: np.random.Generator) -> Array:
        """The sampled images, of `shape`, as the pass sees them."""
        Augmentation(shape, flip=True).apply(x, rng)
        return x


class DivergedError(UserError):
    """The cost is not finite, or has stayed above the bound."""


def make_trainer(config: Config, data: Prepared, ahead: bool = False) -> Trainer:
    """A run before its first update; with `ahead` a second thread takes its share of the work (see `Trainer`).

    Raises:
        UserError: A setting does not fit the data; nothing is made by then.
    """
    train = data.part("train")
    plan = make_plan(config, len(train.labels), data.dataset.shape)
    check_data(config, data.dataset)
    if (split := (moments := build(config.moments)).split) is not None:
        images = len(data.part(split).labels)
        require(moments.images <= images, "moments.images", f"at most {images}, the number of images in the split", images=moments.images)
    network = make_network(config, data.mean.size, data.dataset.classes)
    return Trainer(State(network, make_optimizer(config, network)), train, data.part("val"), plan, ahead)


def fit(config: Config, data: Prepared, trainer: Trainer, checkpoint: Checkpoint, watch: Callable[[Record], None], stop: "Stop") -> None:
    """Train to the end, and keep a checkpoint; then replace weights and moments where the run asks for it.

    Args:
        config: The run's settings.
        data: The data that `trainer` trains on.
        trainer: At any step; its state is that of the end afterwards.
        checkpoint: Written at records, and when a signal stops the run.
        watch: Called with each new record; what it raises ends the training.
        stop: A signal that comes meanwhile ends the training after the update at hand.

    Raises:
        DivergedError: The cost is not finite, or has stayed too high. `watch` has not seen the record that shows it, the state's last.
        KeyboardInterrupt: Ctrl-C came, and the state is kept; Terminated for SIGTERM or SIGHUP.
    """
    state, bounds = trainer.state, config.train.diverged
    probe = Probe(state.network, trainer.train, config.lam) if config.train.health else None
    began = perf_counter() - state.seconds
    with blas_threads(trainer.blas_threads):
        with np.errstate(all="ignore"), stop.waiting():  # a cost that is not finite is found at the next record
            for record in trainer.records(stop.__bool__):
                state.records.append(record)
                state.seconds = perf_counter() - began
                if probe:
                    state.health += probe.measure(state.optimizer, record)
                check_convergence(state.records, bounds.cost, bounds.records)
                watch(record)
                if record.step > 0:  # before the first update there is nothing to keep
                    checkpoint.save(state)
            state.seconds = perf_counter() - began
            if stop:
                checkpoint.save(state, now=True)
                print(f"train: stopped after step {state.step}; the same command resumes it", file=sys.stderr)
                raise stop.exception()
        if config.average > 0:
            state.network.params.vector[:] = state.optimizer.averaged()
        set_final_moments(config, state.network, data)


def check_convergence(records: Sequence[Record], bound: float, times: int) -> None:
    """Raise DivergedError when the last record's costs are not finite, or those of the last `times` records are all above `bound`."""
    pairs, last = [(record.train_cost, record.val_cost) for record in records[-times:]], records[-1]
    finite = all(map(math.isfinite, pairs[-1]))
    if finite and (len(pairs) < times or any(cost <= bound for cost in map(max, pairs))):
        return
    raise DivergedError(
        f"the run diverged: expected a finite cost below {bound:g}, got {last.train_cost:.4g} (validation {last.val_cost:.4g}) at "
        f"step {last.step}, at learning rate {last.eta:.4g}. Try a lower one (schedule)"
    )


def set_final_moments(config: Config, network: Network, data: Prepared) -> None:
    """Replace the moving average by the moments of many images where the run asks for it."""
    moments = build(config.moments)
    if moments.split is None or config.norm.placement == "none":
        return
    rng, x = np.random.default_rng(stream(config.seed, MOMENTS)), data.part(moments.split).x
    sample = x[np.sort(rng.choice(len(x), moments.images, replace=False))]
    set_from_batch(network, moments.change(sample, data.dataset.shape, rng))


def score_splits(config: Config, data: Prepared, state: State, names: Sequence[Name]) -> dict[Name, Scores]:
    """Scores of the trained network over the splits `names`."""
    evaluator = Evaluator(state.network)
    with blas_threads(config.train.threads):
        return {name: evaluator.scores(data.part(name), config.lam) for name in names}
