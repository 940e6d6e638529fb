"""Errors of Hydra, OmegaConf and YAML in one line: the place, the problem, and the name that was probably meant."""

from collections.abc import Sequence
from pathlib import Path
from traceback import walk_tb

from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException
from yaml import MarkedYAMLError

from numlp.errors import UserError, did_you_mean

GROUP = "hydra/launcher"
EXTRAS = {"ray": "ray", "submitit_local": "slurm", "submitit_slurm": "slurm"}  # launchers of other packages: extras of pyproject.toml
HELP = "; numlp train --help lists the keys"
RATE = "the learning rate is schedule.eta_max with schedule=cyclical, else schedule.eta"
SWEEPS = "the settings of sweeps are below hydra.sweeper, e.g. hydra.sweeper.sampler=tpe"
ELSEWHERE = {  # names that other frameworks have for what is called otherwise here, or is not there
    **dict.fromkeys(("lr", "learning_rate", "eta"), RATE),
    "momentum": "momentum is optim=momentum with optim.rho",
    "weight_decay": "L2 regularization is lam: half of PyTorch's weight_decay with SGD; or optim=adamw, with optim.weight_decay",
    "optimizer": "the optimizer is optim, e.g. optim=adam",
    "dropout": "dropout is a key of its own, beside input_dropout: dropout=0.3",
    "search": SWEEPS,
    "sweep": SWEEPS,
}


def is_composing_error(error: BaseException) -> bool:
    """Tell whether an error is one of Hydra, OmegaConf or YAML, or was raised inside them by an override that they do not expect.

    An error of the system, such as a full disk where Hydra writes the settings, is none; nor is one of numlp that a launcher passes on.
    """
    module = ""
    for frame, _ in walk_tb(error.__traceback__):
        module = str(frame.f_globals.get("__name__"))
    inside = module.partition(".")[0] in ("hydra", "omegaconf", "antlr4") and not isinstance(error, OSError | UserError)
    return inside or isinstance(error, HydraException | OmegaConfBaseException | MarkedYAMLError)


def explain(error: BaseException, keys: Sequence[str]) -> str:
    """Describe an error of composing in one line; `keys` are all dotted keys, for "did you mean"."""
    if isinstance(error, MarkedYAMLError):
        return _explain_yaml(error)
    if isinstance(error, MissingConfigException) and (error.options is not None or str(error.missing_cfg_file).startswith(GROUP)):
        return _explain_option(error)
    if isinstance(error, OverrideParseException):
        return f"{error.override}: expected KEY=VALUE; several values without blanks (norm=none,before), text in quotes ('KEY=\"a b\"')"
    text = " ".join(str(error).split())
    cause = error if isinstance(error, OmegaConfBaseException) else error.__cause__ or error.__context__
    if isinstance(cause, OmegaConfBaseException):
        file = text.split("'")[1] if text.startswith("In '") else ""  # Hydra says it in the text alone
        where = {"": "", "params": "params.yaml"}.get(file, f"conf/{file}.yaml")
        key = cause.full_key or ""
        if isinstance(cause, ConfigKeyError | ConfigAttributeError) and key:
            return explain_unknown_key(key, keys, where or "config")
        place = where or ("" if key else "config")
        return ": ".join(filter(None, (place, key, str(cause.msg).splitlines()[0])))
    argument = str(error).partition("'")[2].partition("\n")[0].rpartition("'")[0]
    if text.startswith(("Ambiguous value for argument", "Sweep parameters")):
        key, _, values = argument.partition("=")
        listed = f"; write a list as '{key}=[{values}]'" if "." in key else ""
        return f"{argument}: several values need a sweep; add -m to train a network for each{listed}"
    if "To append to your default list" in text:
        option = text.rpartition("+")[2]
        return f"{option}: params.yaml sets no option of this config group; add one with +{option}"
    return f"config: {text.partition(' Config search path')[0].partition(' See https://hydra.cc')[0]}"


def explain_unknown_key(key: str, keys: Sequence[str], where: str = "config") -> str:
    """The line for a key that is not there, or not with the present options; `where` is the file that has it."""
    last = key.rpartition(".")[2]
    if key in keys:
        group = key.split(".")[0]
        remedy = ELSEWHERE.get(last, "numlp train --cfg job shows the keys of the current option")
        return f"{key}: this key belongs to another option of {group}; {remedy}"
    if last in ELSEWHERE:
        return f"{where}: unknown key {key!r}; {ELSEWHERE[last]}"
    same = [name for name in keys if name.rpartition(".")[2] == last]
    return f"{where}: unknown key {key!r}{f'; did you mean {same[0]}?' if same else did_you_mean(key, keys) or HELP}"


def _explain_option(error: MissingConfigException) -> str:
    group, _, name = str(error.missing_cfg_file).rpartition("/")
    if (extra := EXTRAS.get(name)) is not None and group == GROUP:
        return f"{GROUP}={name}: the extra {extra} is not installed; pip install -c constraints.txt -e '.[{extra}]'"
    options, (key, _, value) = error.options or [], str(error.missing_cfg_file).partition("/")
    if key == "data" and (path := Path(value)).exists():  # data=my.npz
        return f"data: expected one of {', '.join(options)}, got {path}; write data={'folder' if path.is_dir() else 'npz'} data.path={path}"
    if not options:
        return f"config: no config group {group!r} with an option {name!r}{HELP}"
    return f"{group}: expected one of {', '.join(options)}, got {name}{did_you_mean(name, options)}"


def _explain_yaml(error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    assert mark is not None  # every error of YAML's scanner and parser has one
    file = mark.name.rpartition("/conf/")[2]
    return f"conf/{file}: invalid YAML: {error.problem} (line {mark.line + 1}, column {mark.column + 1})"
