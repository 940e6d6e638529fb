"""The name of a run, its caption in figures, and its settings as flat text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from numlp.config.parts import RUNTIME, TARGET, complete, update_choices
from numlp.config.schema import Config

USUAL = {"activation": "relu", "optim": "sgd", "schedule": "cyclical", "moments": "ema", "split": "shares 45k", "data": "cifar10"}
# Keys that decide no result: what follows the training or is watched meanwhile, other commands, addresses of the data.
NOT_DECIDING = ("then", "lr_range", "gradcheck", "tracking", "test_time_flip", "train.resume", "train.health", "data.urls", "data.file")
SPELLINGS = {"relu": "ReLU", "leaky relu": "leaky ReLU", "gelu": "GELU", "silu": "SiLU"}


def run_name(config: Config, choices: Mapping[str, str]) -> str:
    """A name such as mlp9-before-he-cycles4-lam0.005-s0: the options of model, norm and init, what is not usual, lambda and seed.

    `choices` has the chosen file of each config group.
    """
    options = [choices[group] for group, usual in USUAL.items() if group in choices and choices[group] not in usual.split()]
    if choices.get("data") in ("npz", "folder"):  # data from a file or a directory is called by its name
        options[-1] = re.sub(r"\W+", "_", Path(config.data["path"]).stem) or options[-1]
    names = [choices["model"], choices["norm"], choices["init"], *options, *_changes(config, choices)]
    return "-".join([*names, f"lam{config.lam:g}", f"s{config.seed}"])


def _changes(config: Config, choices: Mapping[str, str]) -> list[str]:
    """The values that are neither those of the chosen files nor the schema's defaults, e.g. etamax0.3."""
    train = replace(Config().train, record=config.train.record)  # the name leaves out what is recorded
    if config.train.epochs is not None:
        train.cycles = config.train.cycles  # the epochs take precedence
    usual = deciding_choices(replace(Config(), data=config.data, lam=config.lam, seed=config.seed, train=train))
    for group in usual.keys() & choices.keys() - {"data"}:
        content: Any = OmegaConf.to_container(OmegaConf.load(Path("conf", group, f"{choices[group]}.yaml")))
        content.pop("defaults", None)
        usual[group] = complete(group, content) if group in RUNTIME else usual[group] | content
    usual["split"]["val"] = config.split.val  # the name leaves this split out as well
    before = flatten(usual)
    changes = {key: item for key, item in flatten(deciding_choices(config)).items() if item != before.get(key)}
    return [key.rpartition(".")[2].replace("_", "") + _text(item) for key, item in changes.items()]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "-".join(map(_text, value))
    if value is True:
        return ""  # the name of what is on says it
    return f"{value:g}" if isinstance(value, float) else str(value)


def deciding_choices(config: Config) -> dict[str, Any]:
    """All settings but those of NOT_DECIDING, as plain containers."""
    content = asdict(config)
    for key in NOT_DECIDING:
        group, _, name = key.rpartition(".")
        (content[group] if group else content).pop(name, None)
    return content


def flatten(content: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested keys joined by dots; lists stay lists."""
    flat: dict[str, Any] = {}
    for key, value in content.items():
        flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, Mapping) and value else {f"{prefix}{key}": value}
    return flat


def spell(part: Mapping[str, Any]) -> str:
    """A part by its class, in words: "one cycle" of numlp.OneCycle."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", str(part[TARGET]).rpartition(".")[2]).lower()
    return SPELLINGS.get(name, name)


def caption(choices: Mapping[str, Any]) -> str:
    """A model's settings in a line, for a title: architecture, batch norm, initialization, optimizer, schedule, length, lambda, seed."""
    choices = update_choices(choices)
    activation, schedule, train = spell(choices["activation"]), spell(choices["schedule"]), choices["train"]
    norm = {"none": "no batch norm", "before": "batch norm", "after": f"batch norm after {activation}"}[choices["norm"]["placement"]]
    if "images" in choices["moments"] and norm != "no batch norm":
        norm += f" ({spell(choices['moments'])})"
    init = " ".join([spell(choices["init"]), *(_text(item) for key, item in choices["init"].items() if key != TARGET)])
    number, unit = (train["cycles"], "cycle") if train["epochs"] is None else (train["epochs"], "epoch")
    more = {key.replace("_", " "): item for key, item in choices.items() if isinstance(item, float) and key != "lam"}
    return ", ".join(
        [
            f"hidden {_text(choices['model']['hidden'])}",
            norm,
            *([activation] if activation != "ReLU" else []),
            init,
            spell(choices["optim"]),
            f"{schedule} rate, {number:g} {unit}{'s' * (number != 1)}",
            *(f"{key} {_text(item)}".rstrip() for key, item in (more | choices.get("augment", {})).items() if item),
            f"lambda {choices['lam']:g}",
            f"seed {choices['seed']}",
        ]
    )


def common_caption(runs: Sequence[Mapping[str, Any]]) -> str:
    """The parts of the captions that all of `runs`, which are settings of models, share."""
    parts = [caption(choices).split(", ") for choices in runs]
    return ", ".join(part for part in parts[0] if all(part in other for other in parts))
