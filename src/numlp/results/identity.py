"""The identity of a run, whoever asks for it: the key of its checkpoints, and the file of its cached result."""

from pathlib import Path
from typing import Any

import numpy as np

from numlp.code_digest import DECIDING, stage_digest
from numlp.config import Config
from numlp.config.naming import deciding_choices
from numlp.config.parts import RUNTIME, TARGET, digest_code
from numlp.data.dataset import DatasetInfo
from numlp.data.normalise import Prepared
from numlp.data.sources import describe_data, identify
from numlp.files import json_digest
from numlp.threads import library

RECORDS = Path("build/runs")  # cached results of all sweeps
SWEEPS = Path("build/sweeps")  # results that count in one sweep alone: of its pruned trials


def record_file(folder: Path, config: Config) -> Path:
    """The file of `folder` that caches the result of a run: one for each configuration, data set, code, NumPy and BLAS kernel."""
    return folder / f"{json_digest(_ingredients(config, describe_data(config)))[:32]}.json"


def run_key(config: Config, data: Prepared) -> str:
    """The name of the run's checkpoint: a digest of all that decides it."""
    return json_digest(_ingredients(config, data.dataset))[:32]


def settings_key(config: Config) -> str:
    """A digest of the settings and the code alone, which is the same on every machine."""
    return json_digest({"choices": deciding_choices(config), "code": [stage_digest("train"), digest_parts(config)]})[:32]


def stage_keys(config: Config) -> dict[str, str]:
    """By stage of dvc.yaml, a digest of the settings and the code that decide its outputs; DVC adds the files that it depends on."""
    settings = deciding_choices(config)
    del settings["data"]
    reads = {"download": identify(config.data), "normalise": settings.pop("split"), "evaluate": config.test_time_flip, "plot": None}
    reads["train"] = [settings, config.train.health, digest_parts(config)]
    return {stage: json_digest({"settings": reads[stage], "code": stage_digest(stage)}) for stage in DECIDING}


def digest_parts(config: Config) -> dict[str, str]:
    """By `_target_`, a digest of the file that defines a part outside numlp, without what the file imports."""
    parts = [getattr(config, group) for group in RUNTIME if group != "data"]
    return {part[TARGET]: digest for part in parts if (digest := digest_code(part))}


def _ingredients(config: Config, dataset: DatasetInfo) -> dict[str, Any]:
    """All that a run's figures follow from: settings but NOT_DECIDING, data, the code of DECIDING["train"], NumPy and BLAS."""
    versions = {"numpy": np.__version__, "blas": library()}  # the kernel among them, which decides the last bits
    data = (dataset.digest, *dataset.shape, dataset.train, dataset.classes)
    return {"choices": deciding_choices(config), "data": data, "code": [stage_digest("train"), digest_parts(config)], **versions}
