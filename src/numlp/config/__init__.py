"""The choices of a run as typed dataclasses: the schema of params.yaml and conf/, and the rules for values."""

from numlp.config.base import Checked
from numlp.config.data import DataConfig, SourceConfig, SplitConfig
from numlp.config.network import PIXELS, GradcheckConfig, InitConfig, ModelConfig, MomentsConfig, NormConfig
from numlp.config.run import Config
from numlp.config.training import DivergedConfig, LrRangeConfig, RecordConfig, TrainConfig
from numlp.config.updates import (
    AdamConfig,
    ConstantConfig,
    CyclicalConfig,
    ExponentialConfig,
    MomentumConfig,
    OptimConfig,
    ScheduleConfig,
    SgdConfig,
)

__all__ = [
    "PIXELS",
    "AdamConfig",
    "Checked",
    "Config",
    "ConstantConfig",
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
    "OptimConfig",
    "RecordConfig",
    "ScheduleConfig",
    "SgdConfig",
    "SourceConfig",
    "SplitConfig",
    "TrainConfig",
]
