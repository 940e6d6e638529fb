"""From choices to objects: the only module that knows both configs and the classes they choose."""

from collections.abc import Sequence

import numpy as np

from numlp.config.parts import (
    AdamConfig,
    AdamWConfig,
    ConstantConfig,
    CosineConfig,
    CyclicalConfig,
    ExponentialConfig,
    InitConfig,
    MomentumConfig,
    OneCycleConfig,
    OptimConfig,
    ScheduleConfig,
)
from numlp.config.schema import AugmentConfig, Config, RecordConfig
from numlp.data.augment import Augmentation
from numlp.data.dataset import DatasetInfo
from numlp.errors import require
from numlp.nn.initializers import Initializer, gaussian, he, initialize, xavier
from numlp.nn.network import Network
from numlp.optim.optimizers import EVERY, Adam, Momentum, Optimizer, Sgd
from numlp.optim.schedules import Schedule, constant, cosine, cyclical, exponential, one_cycle
from numlp.training.batches import epoch_steps
from numlp.training.plan import Plan

INIT, BATCHES, AUGMENTATION, SEARCH, NOISE, CHANGES = range(6)  # the streams that a seed is split into


def stream(seed: int, which: int) -> np.random.SeedSequence:
    """One of the independent random streams of a run's seed."""
    return np.random.SeedSequence(seed, spawn_key=(which,))


def network(config: Config, inputs: int, classes: int) -> Network:
    """The network of `config` for images of `inputs` values, with its initial weights."""
    # The schema has checked that the placement, text to OmegaConf, is one of the three that the type names.
    sizes, rates = (inputs, *config.model.hidden, classes), {"dropout": config.dropout, "input_dropout": config.input_dropout}
    made = Network(sizes, config.norm.placement, config.norm.eps, activation=config.activation.name, **rates)  # type: ignore[arg-type]
    initialize(made, initializer(config.init), np.random.default_rng(stream(config.seed, INIT)))
    return made


def initializer(config: InitConfig) -> Initializer:
    """The rule for the weights' standard deviation."""
    if config.sigma is not None:
        return gaussian(config.sigma)
    return {"he": he, "xavier": xavier}[config.name]


def optimizer(config: OptimConfig, made: Network, average: float = 0.0) -> Optimizer:
    """The optimizer, with its state for the parameters of `made` and, at a weight above 0, their average."""
    built = _optimizer(config, made)
    if average > 0:
        built.keep_average(average, made.params.vector)
    return built


def _optimizer(config: OptimConfig, made: Network) -> Optimizer:
    shared = made.params.vector, made.weights.size
    match config:
        case AdamWConfig(beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay):
            return Adam(*shared, beta1, beta2, eps, weight_decay)
        case AdamConfig(beta1=beta1, beta2=beta2, eps=eps):
            return Adam(*shared, beta1, beta2, eps)
        case MomentumConfig(rho=rho, nesterov=nesterov, weight_decay=weight_decay):
            return Momentum(*shared, rho, nesterov, weight_decay)
        case _:
            return Sgd(*shared)


def schedule(config: ScheduleConfig, per_epoch: int, total: int) -> Schedule:
    """The rate, given an epoch's updates and the run's."""
    match config:
        case CyclicalConfig(eta_min=low, eta_max=high, decay=decay):
            return cyclical(low, high, half_cycle(config, per_epoch), decay)
        case ExponentialConfig(eta=eta, decay=decay):
            return exponential(eta, decay, per_epoch)
        case CosineConfig(eta=eta, eta_min=low, warmup_epochs=warmup):
            return cosine(eta, low, round(warmup * per_epoch), total)
        case OneCycleConfig(eta=eta, rise=rise, start=start, end=end):
            return one_cycle(eta, rise, start, end, total)
        case ConstantConfig(eta=eta):
            return constant(eta)
    raise TypeError(f"no schedule for {config}")


def half_cycle(config: CyclicalConfig, per_epoch: int) -> int:
    """n_s, the updates from the lowest to the highest rate: at least one."""
    return max(1, round(config.half_cycle_epochs * per_epoch))


def steps(config: Config, per_epoch: int) -> int:
    """Updates of a run: by `train.epochs` where it is given, by `train.cycles` otherwise; at least one."""
    if config.train.epochs is not None:
        return max(1, round(config.train.epochs * per_epoch))
    assert isinstance(config.schedule, CyclicalConfig) and config.train.cycles is not None  # a rule of Config
    return max(1, round(config.train.cycles * 2 * half_cycle(config.schedule, per_epoch)))


def record_steps(config: RecordConfig, total: int, per_epoch: int) -> frozenset[int]:
    """Updates after which to record: before the first, after the last, and each epoch or `points` times a run."""
    if config.every == "epoch":
        return frozenset(range(0, total, per_epoch)) | {total}
    points = min(config.points, total)
    return frozenset(round(total * i / points) for i in range(points + 1))


def count_records(config: RecordConfig, total: int, per_epoch: int) -> int:
    """Size of `record_steps`, which may be too large to make."""
    return 1 + (-(-total // per_epoch) if config.every == "epoch" else min(config.points, total))


def augmentation(config: AugmentConfig, shape: Sequence[int]) -> Augmentation | None:
    """How images of `shape` are changed; None where nothing is asked for."""
    return None if config == AugmentConfig() else Augmentation(shape, config.flip, config.shift, config.cutout)


def check_data(config: Config, dataset: DatasetInfo) -> None:
    """Raise UserError when a setting asks for whole images, or larger ones, and the data set or the network's inputs have none."""
    for where, active in (
        ("augment", config.augment != AugmentConfig()),
        ("test_time_flip", config.test_time_flip),
        ("moments=adaptive", config.moments.name == "adaptive"),
    ):
        if active:
            require(dataset.is_image, where, "a data set of images", "it mirrors or moves them", shape=list(dataset.shape))
            inputs = config.model.inputs or dataset.inputs
            require(inputs == dataset.inputs, where, f"model.inputs={dataset.inputs}", "it needs whole images", inputs=inputs)
    for name, value in (("shift", config.augment.shift), ("cutout", config.augment.cutout)):
        if value > 0:
            largest = min(dataset.shape[:2]) - 1
            require(value <= largest, f"augment.{name}", f"a whole number of pixels from 0 to {largest}", **{name: value})


def _seed(config: Config, which: int) -> int:
    """One number for all draws of a stream."""
    return int(stream(config.seed, which).generate_state(1, np.uint64)[0])


def plan(config: Config, images: int, shape: Sequence[int] = ()) -> Plan:
    """The plan for a training split of `images` of `shape`, which only augmentation uses."""
    size = config.train.batch_size
    require(size <= images, "train.batch_size", f"at most {images}, the number of training images", batch_size=size)
    per_epoch = epoch_steps(images, size)
    total = steps(config, per_epoch)
    enough = config.average == 0 or total >= EVERY
    require(enough, "average", f"a run of {EVERY} updates or more", "raise train.epochs or train.cycles", updates=total)
    return Plan(
        steps=total,
        batch_size=size,
        schedule=schedule(config.schedule, per_epoch, total),
        lam=config.lam,
        ema_decay=config.moments.alpha,
        batch_seed=_seed(config, BATCHES),
        noise_seed=_seed(config, NOISE),
        image_seed=_seed(config, CHANGES),
        augmentation=augmentation(config.augment, shape),
        mixup=config.mixup,
        smoothing=config.smoothing,
        clip_norm=config.clip_norm,
        record_at=record_steps(config.train.record, total, per_epoch),
        cost=config.train.record.cost,
        threads=config.train.threads,
    )


def count_updates(config: Config) -> tuple[int, int]:
    """Count the updates of a run, and of an epoch.

    Raises:
        UserError: The settings allow no plan of updates, such as a batch that is larger than the training split.
    """
    start, stop = config.split.train
    made = plan(config, stop - start)
    return made.steps, epoch_steps(stop - start, made.batch_size)
