"""How a run trains: from its settings to its plan, network and optimizer, and the memory that they take."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import DTypeLike

from numlp.config.parts import bind, build, build_init
from numlp.config.schema import AugmentConfig, Config
from numlp.data.augment import Augmentation
from numlp.data.dataset import DatasetInfo
from numlp.data.normalise import count_training_images
from numlp.data.sources import describe_data
from numlp.errors import UserError, require
from numlp.nn.initializers import initialize
from numlp.nn.network import Network
from numlp.optim.optimizers import EVERY, Optimizer
from numlp.optim.schedules import Schedule
from numlp.training.evaluator import CHUNK

LIMIT, USED = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")  # of a container
INIT, BATCHES, MOMENTS, SEARCH, NOISE, AUGMENTATION = range(6)  # the streams that a seed is split into


@dataclass(frozen=True)
class Plan:
    """The length and the settings of a training, without those of the network and the optimizer."""

    steps: int  # updates in all
    batch_size: int  # images of an update; an epoch's last batch may be smaller
    schedule: Schedule  # from the update, counted from 0, to its learning rate
    lam: float  # weight of the penalty
    ema_decay: float  # weight of the old moments in batch norm's moving average
    batch_seed: int  # of the order of the images
    record_at: frozenset[int]  # updates after which to record; 0 is before the first
    cost: str = "full"  # full, aggregated or smoothed: what the training columns of a record show (see `Trainer`)
    noise_seed: int = 0  # of what dropout drops
    image_seed: int = 0  # of how images are changed and mixed
    augmentation: Augmentation | None = None  # how each image of a batch is changed; None: not at all
    mixup: float = 0.0  # parameter of the Beta distribution of the share of an image in its mixture with another; 0: none is mixed
    smoothing: float = 0.0  # share of the target that all classes get alike
    clip_norm: float = 0.0  # the highest norm of a gradient; 0: any
    threads: int = 1  # threads of an update and of BLAS, or of the shares of a wide network's layers


def make_plan(config: Config, images: int, shape: Sequence[int] = ()) -> Plan:
    """The plan for a training split of `images` of `shape`, which only augmentation uses.

    Raises:
        UserError: A setting does not fit this number, or the length of the run.
    """
    size = config.train.batch_size
    require(size <= images, "train.batch_size", f"at most {images}, the number of training images", batch_size=size)
    per_epoch = epoch_steps(images, size)
    steps, augment = count_steps(config, per_epoch), config.augment
    if config.average > 0:
        require(steps >= EVERY, "average", f"a run of {EVERY} updates or more", "raise train.epochs or train.cycles", updates=steps)
    record, points = config.train.record, min(config.train.record.points, steps)
    # before the first update, after the last, and each epoch or `points` times a run
    marks = [*range(0, steps, per_epoch), steps] if record.every == "epoch" else [round(steps * i / points) for i in range(points + 1)]
    seeds = [int(stream(config.seed, which).generate_state(1, np.uint64)[0]) for which in (BATCHES, NOISE, AUGMENTATION)]
    return Plan(
        steps=steps,
        batch_size=size,
        schedule=build(config.schedule).rates(per_epoch, steps),
        lam=config.lam,
        ema_decay=build(config.moments).alpha,
        batch_seed=seeds[0],
        noise_seed=seeds[1],
        image_seed=seeds[2],
        augmentation=None if augment == AugmentConfig() else Augmentation(shape, augment.flip, augment.shift, augment.cutout),
        mixup=config.mixup,
        smoothing=config.smoothing,
        clip_norm=config.clip_norm,
        record_at=frozenset(marks),
        cost=record.cost,
        threads=config.train.threads,
    )


def make_network(config: Config, inputs: int, classes: int, dtype: DTypeLike = np.float32) -> Network:
    """The network of `config` for images of `inputs` values, with its initial weights."""
    sizes, rates = (inputs, *config.model.hidden, classes), {"dropout": config.dropout, "input_dropout": config.input_dropout}
    # A rule of the schema has checked the placement, which is any text to the type checker.
    placement, activation = config.norm.placement, bind(config.activation)
    network = Network(sizes, placement, config.norm.eps, dtype=dtype, activation=activation, **rates)  # type: ignore[arg-type]
    initialize(network, build_init(config.init), np.random.default_rng(stream(config.seed, INIT)))
    return network


def make_optimizer(config: Config, network: Network) -> Optimizer:
    """The optimizer, with its state for the parameters of `network` and, where predictions are by it, their average."""
    optimizer: Optimizer = build(config.optim, network)
    if config.average > 0:
        optimizer.keep_average(config.average)
    return optimizer


def check_data(config: Config, dataset: DatasetInfo) -> None:
    """Raise UserError when a setting asks for whole images, or larger ones, and the data set or the network's inputs have none."""
    for where, active in (
        ("augment", config.augment != AugmentConfig()),
        ("test_time_flip", config.test_time_flip),
        ("moments=adaptive", build(config.moments).split == "test"),
    ):
        if active:
            require(dataset.is_image, where, "a data set of images", "it mirrors or moves them", shape=list(dataset.shape))
            inputs = config.model.inputs or dataset.inputs
            require(inputs == dataset.inputs, where, f"model.inputs={dataset.inputs}", "it needs whole images", inputs=inputs)
    for name, value in (("shift", config.augment.shift), ("cutout", config.augment.cutout)):
        if value > 0:
            largest = min(dataset.shape[:2]) - 1
            require(value <= largest, f"augment.{name}", f"a whole number of pixels from 0 to {largest}", **{name: value})


def count_steps(config: Config, per_epoch: int) -> int:
    """Updates of a run, at least one: by `train.epochs` where it is given, by `train.cycles` otherwise."""
    if config.train.epochs is not None:
        return max(1, round(config.train.epochs * per_epoch))
    assert config.train.cycles is not None  # a rule of the settings
    cycle: int = build(config.schedule).cycle_steps(per_epoch)
    return max(1, round(config.train.cycles * cycle))


def count_updates(config: Config) -> tuple[int, int]:
    """Count the updates of a run, and of an epoch.

    Raises:
        UserError: The settings allow no plan of updates, such as a batch that is larger than the training split.
    """
    images = count_training_images(config)
    plan = make_plan(config, images)
    return plan.steps, epoch_steps(images, plan.batch_size)


def stream(seed: int, which: int) -> np.random.SeedSequence:
    """One of the independent random streams of a run's seed."""
    return np.random.SeedSequence(seed, spawn_key=(which,))


def epoch_steps(n: int, batch_size: int) -> int:
    """Updates of an epoch over `n` images; the last batch may be smaller."""
    return -(-n // batch_size)


def available_memory() -> int:
    """Bytes that this process can still take."""
    free = int(psutil.virtual_memory().available)
    try:
        return min(free, int(LIMIT.read_text()) - int(USED.read_text()))
    except (OSError, ValueError):  # no container, or one without a limit
        return free


def estimate_memory(config: Config) -> dict[str, int]:
    """Bytes of a run by the setting that they follow from, without the memory-mapped images."""
    dataset, train = describe_data(config), count_training_images(config)
    sizes = (config.model.inputs or dataset.inputs, *config.model.hidden, dataset.classes)
    weights, units = sum(a * b for a, b in pairwise(sizes)), sum(sizes)
    vectors = 2 + len(build(config.optim, Network((1, 1))).state) + (config.average > 0) + 3 * config.train.health
    passes = CHUNK * (1 + config.train.threads)  # rows of an evaluation, which has a thread more than BLAS at most
    return {
        "model.hidden": 4 * (vectors * (weights + 4 * units) + 4 * passes * units),
        "train.batch_size": 4 * 7 * min(config.train.batch_size, train) * units,  # a layer keeps up to seven arrays of a batch
        "moments.images": 4 * 4 * min(config.moments.get("images", 0), dataset.train) * units,
    }


def check_memory(config: Config, *others: Config) -> None:
    """Raise UserError when a run of `config`, with those of `others` beside it, takes more memory than this machine has free."""
    parts, free = [estimate_memory(each) for each in (config, *others)], available_memory()
    largest = max(parts[0], key=lambda name: parts[0][name])
    runs = f"{len(parts)} runs at once that need" if others else "a run that needs"
    remedy = "hydra.launcher.n_jobs=1 runs one at a time" if others else f"this is mostly for {largest}"
    require_memory(largest, runs, sum(sum(each.values()) for each in parts), free, remedy)


def require_memory(where: str, what: str, needed: int, free: int, remedy: str = "") -> None:
    """Raise UserError unless what `needed` bytes are `free`."""
    if needed > free:
        gigabytes = [f"{number / 1e9:,.1f} GB" for number in (free, needed)]
        raise UserError(f"{where}: expected {what} at most the {gigabytes[0]} of free memory, got {gigabytes[1]}{remedy and '; ' + remedy}")
