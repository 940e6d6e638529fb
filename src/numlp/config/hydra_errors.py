"""Hydra's and OmegaConf's errors in one line: the place, the rule and the value."""

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields, is_dataclass

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Sweep
from hydra.errors import HydraException, MissingConfigException
from omegaconf.errors import OmegaConfBaseException
from yaml import MarkedYAMLError

from numlp.config.launchers import EXTRAS, GROUP
from numlp.errors import UserError

NEAR = 0.6  # names that are meant
HELP = "; numlp train --help lists the keys"
RATE = "the learning rate is schedule.eta_max with schedule=cyclical, else schedule.eta"
ELSEWHERE = {  # names that other frameworks have for what is called otherwise here, or is not there
    "lr": RATE,
    "learning_rate": RATE,
    "momentum": "momentum is optim=momentum with optim.rho",
    "weight_decay": "L2 regularization is lam: half of PyTorch's weight_decay with SGD; or optim=adamw, with optim.weight_decay",
    "optimizer": "the optimizer is optim, e.g. optim=adam",
    "dropout": "dropout is a key of its own, beside input_dropout: dropout=0.3",
}
SEVERAL = re.compile(r"Ambiguous value for argument '(.+?)' 1\.|Sweep parameters '(.+)' requires")
IN_FILE = re.compile(r"In '([^']+)': \w+ raised while composing config: (.+?)(?: full_key: ([\w.]+(?= |$))?.*)?$")


def is_composing_error(error: BaseException) -> bool:
    """Whether an error is of Hydra, OmegaConf or YAML: one of theirs, or raised where they meet an override that they do not expect.

    An error of the system is not, such as a full disk where Hydra writes the overrides.
    """
    if isinstance(error, (HydraException, OmegaConfBaseException, MarkedYAMLError)):
        return True
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else str(trace.tb_frame.f_globals.get("__name__"))
    return not isinstance(error, OSError) and where.partition(".")[0] in ("hydra", "omegaconf", "antlr4")


def explain(error: BaseException, known: Iterable[str]) -> str:
    """One line for the user.

    Args:
        error: What composing raised.
        known: The keys there are, dotted, for "did you mean".
    """
    text = " ".join(str(error).split())
    if isinstance(error, MarkedYAMLError):
        return _no_yaml(error)
    if isinstance(error, MissingConfigException) and error.options is not None:
        return _no_option(error)
    if match := re.search(r"To append to your default list use \+(\S+)", text):
        return f"{match[1]}: params.yaml sets no option of this config group; add one with +{match[1]}"
    if match := SEVERAL.match(text):
        return _several(match[1] or match[2])
    if match := IN_FILE.match(text):
        return _in_file(match[1], match[2], match[3], known)
    if match := re.match(r"Could not override '([^']+)'|Key '([^']+)' not in", text):
        return _inside(error.__cause__, match[1] or match[2]) or explain_unknown_key(match[1] or match[2], known)
    cause = error if isinstance(error, OmegaConfBaseException) else error.__cause__
    if isinstance(cause, OmegaConfBaseException):
        key = getattr(cause, "full_key", None) or "config"
        return f"{key}: {str(cause).splitlines()[0]}"
    return f"config: {text.removesuffix(' for details')}"


def check_overrides(overrides: Sequence[str], known: Collection[str]) -> None:
    """Raise UserError for an override that is valid to Hydra's parser and that Hydra then refuses in words of its own code.

    Args:
        overrides: Overrides of the command line.
        known: The keys there are, dotted.
    """
    for override in OverridesParser.create().parse_overrides(list(overrides)):
        key, values = override.key_or_group, override.value()
        if override.is_delete() and key in known:
            raise UserError(f"~{key}: a setting cannot be removed; give it a value, such as {key}=VALUE")
        if isinstance(values, ChoiceSweep) and any(isinstance(value, Sweep) for value in values.list):
            raise UserError(
                f"{override.input_line}: expected values, or one of choice, range and interval alone; write {key}=VALUE,VALUE,..."
            )


def _inside(cause: BaseException | None, key: str) -> str:
    """The line for a key of a mapping that was given as the value of `key`; empty when it is `key` itself that is not there."""
    if not isinstance(cause, OmegaConfBaseException) or cause.key in key.split(".") or not is_dataclass(cause.object_type):
        return ""
    return f"{key}: unknown key {cause.key!r}{did_you_mean(str(cause.key), [item.name for item in fields(cause.object_type)])}"


def explain_unknown_key(key: str, known: Iterable[str], where: str = "config") -> str:
    """The line for a key that is not there, or not with the present choices; `where` is the file that has it."""
    keys, last = list(known), key.rpartition(".")[2]
    if key in keys:
        group = key.split(".")[0]
        return f"{key}: this key belongs to another option of {group}; numlp train --cfg job shows the keys of the current option"
    if last in ELSEWHERE:
        return f"{where}: unknown key {key!r}; {ELSEWHERE[last]}"
    same = [name for name in keys if name.rpartition(".")[2] == last]
    return f"{where}: unknown key {key!r}{did_you_mean(key, same[:1] or keys, 0 if same else NEAR) or HELP}"


def did_you_mean(name: str, known: Iterable[str], near: float = NEAR) -> str:
    """'; did you mean x?' when one of `known` is as `near` as that, from 0 to 1, else an empty text."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=near)
    return f"; did you mean {close[0]}?" if close else ""


def _no_option(error: MissingConfigException) -> str:
    group, _, name = str(error.missing_cfg_file).rpartition("/")
    if (extra := EXTRAS.get(name)) is not None and group == GROUP:
        return f"{GROUP}={name}: the extra {extra} is not installed; pip install -c constraints.txt -e '.[{extra}]'"
    options = [option for option in error.options or [] if not option.endswith("_schema")]
    if not options:
        return f"config: no config group {group!r} with an option {name!r}{HELP}"
    return f"{group}: expected one of {', '.join(options)}, got {name}{did_you_mean(name, options)}"


def _no_yaml(error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    assert mark is not None  # every error of YAML's scanner and parser has one
    file = mark.name.rpartition("/conf/")[2]  # a sweep reads a copy of conf/
    return f"conf/{file}: invalid YAML: {error.problem} (line {mark.line + 1}, column {mark.column + 1})"


def _several(argument: str) -> str:
    key, _, values = argument.partition("=")
    listed = f"; write a list as '{key}=[{values}]'" if "." in key else ""
    return f"{argument}: several values need a sweep; add -m to train a network for each{listed}"


def _in_file(file: str, problem: str, key: str | None, known: Iterable[str]) -> str:
    """The line for what is wrong in params.yaml or a file of conf/."""
    where = "params.yaml" if file == "params" else f"conf/{file}.yaml"
    if key and problem.startswith("Key "):
        return explain_unknown_key(key, known, where)
    return f"{where}: {f'{key}: ' if key else ''}{problem}"
