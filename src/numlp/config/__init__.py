"""The settings of a run as typed dataclasses with their rules, and how Hydra composes them from params.yaml, conf/ and the command line."""

from numlp.config.schema import AugmentConfig, Config, DivergedConfig, GradcheckConfig, RecordConfig

__all__ = ["AugmentConfig", "Config", "DivergedConfig", "GradcheckConfig", "RecordConfig"]
