"""The choices of a run as typed dataclasses: the schema of params.yaml and conf/, and the rules for values."""

import math
import re
from dataclasses import dataclass, field, fields

from omegaconf import MISSING

from numlp.errors import require

PIXELS = 3072  # of an image: 3 colours, 32 x 32


@dataclass
class Checked:
    """A config with rules for its values. OmegaConf makes incomplete ones on the way, so the rules are not the constructor's."""

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""

    def check_all(self) -> None:
        """Check the configs inside this one, then this one."""
        for item in fields(self):
            value = getattr(self, item.name)
            group = isinstance(item.type, type) and issubclass(item.type, Checked)
            require(not group or isinstance(value, Checked), item.name, "a group of keys", **{item.name: value})
            if isinstance(value, Checked):
                value.check_all()
        self.check()


@dataclass
class SourceConfig(Checked):
    """Where the raw images come from: an archive from the network, or images made from `seed`."""

    name: str = MISSING
    seed: int | None = None  # of the images that data=synthetic makes; null for an archive
    file: str | None = None
    sha256: str | None = None
    urls: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        plain = re.fullmatch(r"\w[\w .-]*", self.name) is not None  # a folder is called by it
        require(plain, "data.source.name", "letters, digits, spaces and . _ - alone, a letter or digit first", name=self.name)
        require(bool(self.urls) != (self.seed is not None), "data.source", "either urls or a seed", urls=self.urls, seed=self.seed)


@dataclass
class DataConfig(Checked):
    """The data set."""

    source: SourceConfig = field(default_factory=SourceConfig)


@dataclass
class SplitConfig(Checked):
    """Half-open ranges of the 50,000 training images, in the official order. The test images are always the test split."""

    train: list[int] = MISSING
    val: list[int] = MISSING

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        for name, part in (("train", self.train), ("val", self.val)):
            good = len(part) == 2 and 0 <= part[0] < part[1] <= 50_000
            require(good, f"split.{name}", "[start, stop] with 0 <= start < stop <= 50000", **{name: part})
        apart = self.train[1] <= self.val[0] or self.val[1] <= self.train[0]
        require(apart, "split", "training and validation ranges that do not overlap", train=self.train, val=self.val)


@dataclass
class ModelConfig(Checked):
    """The architecture: widths of the hidden layers, input side first, and how many of an image's values it sees: the first `inputs`."""

    hidden: list[int] = MISSING
    inputs: int = PIXELS

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        good = len(self.hidden) >= 1 and min(self.hidden) >= 1
        require(good, "model.hidden", "one or more widths, each at least 1", hidden=self.hidden)
        require(1 <= self.inputs <= PIXELS, "model.inputs", f"a whole number from 1 to {PIXELS}", inputs=self.inputs)


@dataclass
class NormConfig(Checked):
    """Batch normalisation: none, before or after the non-linearity."""

    placement: str = MISSING
    eps: float = 2.220446049250313e-16

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(self.placement in ("none", "before", "after"), "norm.placement", "none, before or after", placement=self.placement)
        require(0 < self.eps < math.inf, "norm.eps", "a number > 0", eps=self.eps)


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
            require(good, "init.sigma", "a number > 0", sigma=self.sigma)
        else:
            require(self.sigma is None, "init.sigma", f"null with init={self.name} (sigma belongs to init=gaussian)", sigma=self.sigma)


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


@dataclass
class MomentsConfig(Checked):
    """Batch norm's moments: ema keeps a moving average of weight `alpha`; precise and adaptive then replace it, from `images`."""

    name: str = MISSING
    alpha: float = 0.9  # the weight of the old
    images: int | None = None

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(self.name in ("ema", "precise", "adaptive"), "moments.name", "ema, precise or adaptive", name=self.name)
        require(0 <= self.alpha < 1, "moments.alpha", "a number >= 0 and < 1", alpha=self.alpha)
        if self.name == "ema":
            require(self.images is None, "moments.images", "null with moments=ema", images=self.images)
        else:
            require(self.images is not None and self.images >= 2, "moments.images", "a whole number >= 2", images=self.images)


@dataclass
class RecordConfig(Checked):
    """When and how cost, loss and accuracy are recorded."""

    every: str = "epoch"  # epoch, or points: `points` times a run
    points: int = 10
    cost: str = "full"  # full, aggregated or smoothed

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(self.every in ("epoch", "points"), "train.record.every", "epoch or points", every=self.every)
        require(self.points >= 1, "train.record.points", "a whole number >= 1", points=self.points)
        require(self.cost in ("full", "aggregated", "smoothed"), "train.record.cost", "full, aggregated or smoothed", cost=self.cost)


@dataclass
class DivergedConfig(Checked):
    """When a run is given up: at a cost that is not finite, or above `cost` at `records` records in a row."""

    cost: float = 1e6  # of a network that recovers, the highest known is 575,395: nine layers from weights of 1e-4, with batch norm
    records: int = 5

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(self.cost > 0, "train.diverged.cost", "a number > 0", cost=self.cost)
        require(self.records >= 1, "train.diverged.records", "a whole number >= 1", records=self.records)


@dataclass
class TrainConfig(Checked):
    """Length and batches of a run: `epochs` where it is given, `cycles` of the cyclical rate otherwise."""

    batch_size: int = MISSING
    cycles: float | None = None
    epochs: float | None = None
    record: RecordConfig = field(default_factory=RecordConfig)
    diverged: DivergedConfig = field(default_factory=DivergedConfig)
    resume: bool = True  # a run that was cut off goes on; false starts it over

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(self.batch_size >= 1, "train.batch_size", "a whole number >= 1", batch_size=self.batch_size)
        for name, value in (("cycles", self.cycles), ("epochs", self.epochs)):
            require(value is None or 0 < value < math.inf, f"train.{name}", "a number > 0, or null", **{name: value})
        require(self.cycles is not None or self.epochs is not None, "train", "epochs or cycles", epochs=None, cycles=None)


@dataclass
class Config(Checked):
    """All choices of a run."""

    data: DataConfig = field(default_factory=DataConfig)
    split: SplitConfig = field(default_factory=SplitConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    norm: NormConfig = field(default_factory=NormConfig)
    init: InitConfig = field(default_factory=InitConfig)
    optim: OptimConfig = field(default_factory=OptimConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    moments: MomentsConfig = field(default_factory=MomentsConfig)
    lam: float = MISSING
    seed: int = MISSING
    train: TrainConfig = field(default_factory=TrainConfig)
    then: list[str] = field(default_factory=lambda: ["evaluate", "plot"])

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(0 <= self.lam < math.inf, "lam", "a number >= 0", lam=self.lam)
        require(0 <= self.seed < 2**63, "seed", "a whole number >= 0", seed=self.seed)
        require(set(self.then) <= {"evaluate", "plot"}, "then", "evaluate, plot or neither", then=self.then)
        length = self.train.epochs is not None or isinstance(self.schedule, CyclicalConfig)
        require(
            length,
            "train.epochs",
            f"a number of epochs with schedule={self.schedule.name} (cycles belong to schedule=cyclical)",
            epochs=None,
        )
