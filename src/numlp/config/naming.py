"""What a run is called: its name, its caption in figures, and its choices as flat text."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from numlp.config.parts import ACTIVATIONS, ActivationConfig, MomentsConfig
from numlp.config.schema import AugmentConfig, Config, ModelConfig, NormConfig, SplitConfig, TrainConfig

USUAL = {"activation": "relu", "optim": "sgd", "schedule": "cyclical", "moments": "ema", "split": "45k", "data": "cifar10"}
WIDTHS = {"mlp2": [50], "mlp3": [50, 50], "mlp9": [50, 30, 20, 20, 10, 10, 10, 10]}  # of conf/model
IMAGES = {"precise": 10_000, "adaptive": 1_000}  # of conf/moments


def run_name(config: Config, choices: Mapping[str, str]) -> str:
    """A name that reads, e.g. mlp9-before-he-cycles4-lam0.005-s0: model, norm, init, what is not usual, lambda and seed."""
    model = choices["model"] if config.model.hidden == WIDTHS.get(choices["model"]) else _text(config.model.hidden)
    init = choices["init"] + (f"{config.init.sigma:g}" if config.init.sigma is not None else "")
    unusual = [choices[group] for group, usual in USUAL.items() if choices.get(group, usual) != usual]
    return "-".join([model, choices["norm"], init, *unusual, *_changed(config, choices), f"lam{config.lam:g}", f"s{config.seed}"])


def _changed(config: Config, choices: Mapping[str, str]) -> list[str]:
    """The values that are not the usual ones, and that no other part of a name says, e.g. etamax0.3."""
    cycles = 2.0 if config.train.epochs is None else config.train.cycles  # which epochs outrank
    usual = replace(
        config,
        split=SplitConfig([0, 45_000], config.split.val) if choices["split"] == USUAL["split"] else config.split,
        model=ModelConfig(config.model.hidden),
        norm=NormConfig(config.norm.placement),
        optim=type(config.optim)(),
        schedule=type(config.schedule)(),
        dropout=0.0,
        input_dropout=0.0,
        smoothing=0.0,
        mixup=0.0,
        clip_norm=0.0,
        average=0.0,
        activation=ActivationConfig(config.activation.name),
        augment=AugmentConfig(),
        moments=MomentsConfig(config.moments.name, images=IMAGES.get(config.moments.name)),
        train=TrainConfig(batch_size=100, cycles=cycles, record=config.train.record),  # what is recorded changes no network
    )
    found, before = flatten(deciding_choices(config)), flatten(deciding_choices(usual))
    return [key.rpartition(".")[2].replace("_", "") + _text(value) for key, value in found.items() if value != before.get(key)]


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "-".join(map(_text, value))
    if value is True:
        return ""  # the name of what is on says it
    return f"{value:g}" if isinstance(value, float) else str(value)


def deciding_choices(config: Config) -> dict[str, Any]:
    """All that decides a result, as plain containers.

    No addresses, nothing of another command; not what follows the training, whether it is in one go or is looked at on the way.
    """
    content = asdict(config)
    for key in ("then", "lr_range", "gradcheck", "tracking", "test_time_flip"):
        del content[key]
    del content["train"]["resume"], content["train"]["health"]
    del content["data"]["source"]["urls"], content["data"]["source"]["file"]
    return content


def flatten(content: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested keys joined by dots; lists stay lists."""
    flat: dict[str, Any] = {}
    for key, value in content.items():
        flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def caption(choices: Mapping[str, Any]) -> str:
    """A model's choices in a line, for a title: architecture, batch norm, initialization, optimizer, schedule, length, lambda, seed."""
    hidden = "-".join(map(str, choices["model"]["hidden"]))
    name = choices.get("activation", {"name": "relu"})["name"]
    activation = ACTIVATIONS.get(name, name)  # an activation of one's own is called by its name
    norm = {"none": "no batch norm", "before": "batch norm", "after": f"batch norm after {activation}"}[choices["norm"]["placement"]]
    moments = "" if choices["moments"]["name"] == "ema" or norm == "no batch norm" else f" ({choices['moments']['name']} moments)"
    init = choices["init"]["name"] + (f" {choices['init']['sigma']:g}" if choices["init"]["sigma"] is not None else "")
    epochs, cycles = choices["train"]["epochs"], choices["train"]["cycles"]
    number, unit = (cycles, "cycle") if epochs is None else (epochs, "epoch")
    length = f"{number:g} {unit}{'s' if number != 1 else ''}"
    schedule = f"{choices['schedule']['name']} rate, {length}"
    return ", ".join(
        [
            f"hidden {hidden}",
            norm + moments,
            *([activation] if activation != "ReLU" else []),
            init,
            choices["optim"]["name"],
            schedule,
            *(
                f"{key.replace('_', ' ')} {choices[key]:g}"
                for key in ("dropout", "input_dropout", "smoothing", "mixup", "clip_norm", "average")
                if choices.get(key)
            ),
            *(f"{key} {value}" if key != "flip" else key for key, value in choices.get("augment", {}).items() if value),
            f"lambda {choices['lam']:g}",
            f"seed {choices['seed']}",
        ]
    )


def common_caption(runs: Sequence[Mapping[str, Any]]) -> str:
    """The parts of the captions that all of `runs`, which are choices of models, share."""
    parts = [caption(choices).split(", ") for choices in runs]
    return ", ".join(part for part in parts[0] if all(part in other for other in parts))
