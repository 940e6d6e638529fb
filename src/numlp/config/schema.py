"""Settings of a run as dataclasses, each rule beside its field. OmegaConf checks types, and parts (numlp.config.parts) check themselves."""

import math
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, TypeAlias

from omegaconf import MISSING

from numlp.errors import FRACTION, LENGTH, NOT_NEGATIVE, POSITIVE, Rule, require

Part: TypeAlias = dict[str, Any]
"""A config group that names its class or function, `_target_`, beside values for its parameters (numlp.config.parts)."""

LENGTH_OR_NULL = Rule(LENGTH.holds, f"{LENGTH.text}, or null")
COUNT = Rule(lambda x: x >= 1, "a whole number of at least 1")
SEED = Rule(lambda x: 0 <= x < 2**63, "a whole number of at least 0")
WIDTHS = Rule(lambda x: len(x) >= 1 and min(x) >= 1, "one or more widths, each at least 1")
SHIFT = Rule(lambda x: x >= 0, "a whole number of pixels of at least 0")
SPAN = Rule(
    lambda x: len(x) == 2 and 0 <= x[0] < x[1] and (x[1] <= 1 or all(isinstance(end, int) for end in x)),
    "[start, stop] with 0 <= start < stop, as numbers of images, or as shares such as [0.0, 0.9]",
)
ENTRIES = Rule(lambda x: x >= 1 if isinstance(x, int) else x == "all", "a whole number of at least 1, or all")
FOLLOWERS = Rule({"evaluate", "plot"}.issuperset, "a list of evaluate, plot, both or neither")


def within(low: int, high: int) -> Rule:
    """A whole number from `low` to `high`."""
    return Rule(lambda x: low <= x <= high, f"a whole number from {low} to {high}")


def one_of(*names: str) -> Rule:
    """One of some names."""
    return Rule(names.__contains__, f"{', '.join(names[:-1])} or {names[-1]}")


def value(default: Any, rule: Rule) -> Any:
    """A field with a rule, which null need not meet; a list is copied for each object."""
    if isinstance(default, list):
        return field(default_factory=default.copy, metadata={"rule": rule})
    return field(default=default, metadata={"rule": rule})


@dataclass
class SplitConfig:
    """Half-open ranges of the training images, in their order, or of shares of them. The test images are always the test split."""

    train: list[int | float] = value(MISSING, SPAN)
    val: list[int | float] = value(MISSING, SPAN)


@dataclass
class ModelConfig:
    """The architecture: widths of the hidden layers, input side first, and the number of an image's values that it reads, `inputs`."""

    hidden: list[int] = value(MISSING, WIDTHS)
    inputs: int | None = value(None, COUNT)  # null: all


@dataclass
class NormConfig:
    """Batch normalization: none, before or after the activation."""

    placement: str = value(MISSING, one_of("none", "before", "after"))
    eps: float = value(2.220446049250313e-16, POSITIVE)


@dataclass
class AugmentConfig:
    """How the training images are changed at random: mirrored, shifted by up to `shift` pixels, a square of side `cutout` set to 0."""

    flip: bool = False
    shift: int = value(0, SHIFT)
    cutout: int = value(0, SHIFT)


@dataclass
class RecordConfig:
    """When and how cost, loss and accuracy are recorded."""

    every: str = value("epoch", one_of("epoch", "points"))  # "points": `points` times per run
    points: int = value(10, within(1, 100_000))
    cost: str = value("full", one_of("full", "aggregated", "smoothed"))


@dataclass
class DivergedConfig:
    """When a run has diverged: its cost is not finite, or above `cost` at `records` evaluation points in a row."""

    cost: float = value(1e6, POSITIVE)  # a network that recovered reached 575,395: nine layers from weights of 1e-4, with batch norm
    records: int = value(5, COUNT)


@dataclass
class TrainConfig:
    """Length and batches of a run: `epochs` if given, else `cycles` of a schedule that has cycles."""

    batch_size: int = value(100, COUNT)
    threads: int = value(1, within(1, 64))  # threads of BLAS, which decide the last bits, so the number does not depend on the machine
    cycles: float | None = value(2.0, LENGTH_OR_NULL)
    epochs: float | None = value(None, LENGTH_OR_NULL)
    record: RecordConfig = field(default_factory=RecordConfig)
    diverged: DivergedConfig = field(default_factory=DivergedConfig)
    resume: bool = True  # an interrupted run resumes; false starts it over
    health: bool = False  # layer diagnostics at each evaluation point


@dataclass
class LrRangeConfig:
    """Settings of `numlp lr-range`: the rate rises from `low` to `high` in `epochs`, by equal factors (log) or differences (linear)."""

    low: float = 1e-5
    high: float = 10.0
    epochs: float = value(2.0, LENGTH)
    spacing: str = value("log", one_of("log", "linear"))


@dataclass
class TrackingConfig:
    """Values that MLflow receives beside a run's curves; no result depends on them."""

    system_metrics: bool = False  # processor, memory, disk and network of the machine, sampled while a network trains


@dataclass
class GradcheckConfig:
    """Settings of `numlp gradcheck`: the number of `entries` of each parameter to check, sampled with the seed, or all."""

    entries: int | str = value(200, ENTRIES)


@dataclass
class Config:
    """All settings of a run; the defaults of the values are the reports' settings."""

    data: Part = MISSING  # a function that returns RawData
    split: SplitConfig = field(default_factory=SplitConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    norm: NormConfig = field(default_factory=NormConfig)
    activation: Part = MISSING
    init: Part = MISSING
    optim: Part = MISSING
    schedule: Part = MISSING
    moments: Part = MISSING  # batch norm's running statistics
    lam: float = value(0.005, NOT_NEGATIVE)
    dropout: float = value(0.0, FRACTION)  # probability of dropping an output of a hidden layer while training
    input_dropout: float = value(0.0, FRACTION)  # the same probability for the inputs
    smoothing: float = value(0.0, FRACTION)  # label smoothing: share of the target that is spread over all classes
    mixup: float = value(0.0, NOT_NEGATIVE)  # parameter of the Beta distribution from which the share of two mixed images is sampled
    clip_norm: float = value(0.0, NOT_NEGATIVE)  # largest norm of a gradient; 0: no clipping
    average: float = value(0.0, FRACTION)  # weight of the old value, per update, in the average of the parameters that predicts
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    test_time_flip: bool = False  # evaluation also averages each image with its mirror image
    seed: int = value(0, SEED)
    train: TrainConfig = field(default_factory=TrainConfig)
    lr_range: LrRangeConfig = field(default_factory=LrRangeConfig)
    tracking: TrackingConfig = field(default_factory=TrackingConfig)
    gradcheck: GradcheckConfig = field(default_factory=GradcheckConfig)
    then: list[str] = value(["evaluate", "plot"], FOLLOWERS)


def check_rules(settings: Any, prefix: str = "") -> None:
    """Raise UserError for the first value, of `settings` or a dataclass inside, that breaks the rule of its field."""
    for item in fields(settings):
        content, rule, where = getattr(settings, item.name), item.metadata.get("rule"), prefix + item.name
        require(content is not None or not is_dataclass(item.type), where, "a config group with its keys", **{item.name: content})
        for inner in content if isinstance(content, list) else [content]:
            if is_dataclass(inner):
                check_rules(inner, f"{where}.")
        if rule is not None and content is not None:
            rule.require(where, **{item.name: content})


def check_together(config: Config, schedule: Any, moments: Any) -> None:
    """Raise UserError for values that contradict each other, or what the parts `schedule` and `moments` say of themselves."""
    single = config.norm.placement != "none" and config.train.batch_size == 1
    remedy = "batch norm has no variance of a single image; norm=none trains without it"
    require(not single, "train.batch_size", "a whole number of at least 2", remedy, batch_size=1, norm=config.norm.placement)
    low, high = config.lr_range.low, config.lr_range.high
    require(0 < low < high < math.inf, "lr_range", "0 < low < high", low=low, high=high)
    given = config.train.cycles is not None or config.train.epochs is not None
    require(given, "train", "a value for epochs or cycles", epochs=None, cycles=None)
    expected = f"a number above 0 with {type(schedule).__name__}"
    counted = config.train.epochs is not None or hasattr(schedule, "cycle_steps")
    require(counted, "train.epochs", expected, "only a schedule with cycles uses train.cycles", epochs=None)
    remedy = "a moving average of running statistics does not fit averaged weights"
    recomputed = config.average == 0 or config.norm.placement == "none" or moments.split is not None
    require(recomputed, "average", "moments=precise or moments=adaptive", remedy, average=config.average)
