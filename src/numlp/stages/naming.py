"""What a run is called, and its choices as flat text."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from numlp.config import Config

USUAL = {"optim": "sgd", "schedule": "cyclical", "moments": "ema", "split": "45k", "data": "cifar10"}


def run_name(config: Config, choices: Mapping[str, str]) -> str:
    """A name that reads, e.g. mlp9-before-he-lam0.005-s0: model, norm, init, what is not usual, lambda and seed."""
    hidden = "-".join(map(str, config.model.hidden))
    model = choices["model"] if choices["model"] == f"mlp{len(config.model.hidden) + 1}" and len(set(hidden)) else hidden
    init = choices["init"] + (f"{config.init.sigma:g}" if config.init.sigma is not None else "")
    unusual = [choices[group] for group, usual in USUAL.items() if choices[group] != usual]
    return "-".join([model, choices["norm"], init, *unusual, f"lam{config.lam:g}", f"s{config.seed}"])


def values(config: Config) -> dict[str, Any]:
    """All that decides a result, as plain containers.

    No addresses, nothing of another command; not what follows the training, whether it is in one go or is looked at on the way.
    """
    content = asdict(config)
    del content["then"], content["lr_range"], content["gradcheck"], content["train"]["resume"], content["train"]["health"]
    del content["data"]["source"]["urls"], content["data"]["source"]["file"]
    return content


def flattened(content: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested keys joined by dots; lists stay lists."""
    flat: dict[str, Any] = {}
    for key, value in content.items():
        flat |= flattened(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of `content` as canonical JSON."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
