"""All settings of a run."""

from dataclasses import dataclass, field

from omegaconf import MISSING

from numlp.config.architecture import ActivationConfig, GradcheckConfig, InitConfig, ModelConfig, MomentsConfig, NormConfig
from numlp.config.base import Checked
from numlp.config.data import PIXELS, AugmentConfig, DataConfig, SplitConfig
from numlp.config.optim import CyclicalConfig, OptimConfig, ScheduleConfig
from numlp.config.training import LrRangeConfig, TrackingConfig, TrainConfig
from numlp.errors import require, require_fraction, require_not_negative


@dataclass
class Config(Checked):
    """All settings of a run."""

    data: DataConfig = field(default_factory=DataConfig)
    split: SplitConfig = field(default_factory=SplitConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    norm: NormConfig = field(default_factory=NormConfig)
    activation: ActivationConfig = field(default_factory=ActivationConfig)
    init: InitConfig = field(default_factory=InitConfig)
    optim: OptimConfig = field(default_factory=OptimConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    moments: MomentsConfig = field(default_factory=MomentsConfig)
    lam: float = MISSING
    dropout: float = 0.0  # probability of dropping an output of a hidden layer while training
    input_dropout: float = 0.0  # the same for the inputs
    smoothing: float = 0.0  # label smoothing: share of the target that is spread over all classes
    mixup: float = 0.0  # both parameters of the Beta distribution from which the share of two mixed images is sampled; 0: no mixing
    clip_norm: float = 0.0  # largest norm of a gradient; 0: no clipping
    average: float = 0.0  # weight of the old value, per update, in the average of the parameters that predicts; 0: no average
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    test_time_flip: bool = False  # evaluation also averages each image with its mirror image
    seed: int = MISSING
    train: TrainConfig = field(default_factory=TrainConfig)
    lr_range: LrRangeConfig = field(default_factory=LrRangeConfig)
    tracking: TrackingConfig = field(default_factory=TrackingConfig)
    gradcheck: GradcheckConfig = field(default_factory=GradcheckConfig)
    then: list[str] = field(default_factory=lambda: ["evaluate", "plot"])

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require_not_negative("lam", lam=self.lam)
        require_fraction("dropout", dropout=self.dropout)
        require_fraction("input_dropout", input_dropout=self.input_dropout)
        require_fraction("smoothing", smoothing=self.smoothing)
        require_not_negative("mixup", mixup=self.mixup)
        require_not_negative("clip_norm", clip_norm=self.clip_norm)
        require_fraction("average", average=self.average)
        recomputed = self.average == 0 or self.norm.placement == "none" or self.moments.name != "ema"
        expected, remedy = "moments=precise or moments=adaptive", "the running statistics of moments=ema do not fit averaged weights"
        require(recomputed, "average", expected, remedy, average=self.average, moments=self.moments.name)
        one = self.norm.placement != "none" and self.train.batch_size == 1
        expected, remedy = "a whole number of at least 2", "batch norm has no variance of a single image; norm=none trains without it"
        require(not one, "train.batch_size", expected, remedy, batch_size=self.train.batch_size, norm=self.norm.placement)
        whole = self.model.inputs == PIXELS or self.augment == AugmentConfig()
        require(whole, "augment", f"model.inputs={PIXELS}", "augmentation needs whole images", inputs=self.model.inputs)
        mirrors = self.model.inputs == PIXELS or not self.test_time_flip
        require(mirrors, "test_time_flip", f"model.inputs={PIXELS}", "mirroring needs whole images", inputs=self.model.inputs)
        require(0 <= self.seed < 2**63, "seed", "a whole number of at least 0", seed=self.seed)
        require(set(self.then) <= {"evaluate", "plot"}, "then", "a list of evaluate, plot, both or neither", then=self.then)
        length = self.train.epochs is not None or isinstance(self.schedule, CyclicalConfig)
        expected, remedy = f"a number above 0 with schedule={self.schedule.name}", "only schedule=cyclical uses train.cycles"
        require(length, "train.epochs", expected, remedy, epochs=None)
