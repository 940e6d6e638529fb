"""The choices of a run as typed dataclasses with their rules, and how Hydra composes them from params.yaml, conf/ and the command line.

It imports the loose modules alone.
"""

from numlp.config.architecture import ActivationConfig, GradcheckConfig, InitConfig, ModelConfig, MomentsConfig, NormConfig
from numlp.config.base import Checked
from numlp.config.data import AugmentConfig, DataConfig, SourceConfig, SplitConfig
from numlp.config.optim import (
    AdamConfig,
    AdamWConfig,
    ConstantConfig,
    CosineConfig,
    CyclicalConfig,
    ExponentialConfig,
    MomentumConfig,
    OneCycleConfig,
    OptimConfig,
    ScheduleConfig,
    SgdConfig,
)
from numlp.config.primary import Config
from numlp.config.training import DivergedConfig, LrRangeConfig, RecordConfig, TrackingConfig, TrainConfig

__all__ = [
    "ActivationConfig",
    "AdamConfig",
    "AdamWConfig",
    "AugmentConfig",
    "Checked",
    "Config",
    "ConstantConfig",
    "CosineConfig",
    "CyclicalConfig",
    "DataConfig",
    "DivergedConfig",
    "ExponentialConfig",
    "GradcheckConfig",
    "InitConfig",
    "LrRangeConfig",
    "ModelConfig",
    "MomentsConfig",
    "MomentumConfig",
    "NormConfig",
    "OneCycleConfig",
    "OptimConfig",
    "RecordConfig",
    "ScheduleConfig",
    "SgdConfig",
    "SourceConfig",
    "SplitConfig",
    "TrackingConfig",
    "TrainConfig",
]
