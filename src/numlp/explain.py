"""Hydra's and OmegaConf's errors in one line: the place, the rule and the value."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass

from hydra.errors import HydraException, MissingConfigException
from omegaconf.errors import OmegaConfBaseException

from numlp.launchers import EXTRAS, GROUP


def of_composing(error: BaseException) -> bool:
    """Whether an error is of Hydra or OmegaConf: one of theirs, or raised where they meet an override that they do not expect.

    An error of the system is not, such as a full disk where Hydra writes the overrides.
    """
    if isinstance(error, (HydraException, OmegaConfBaseException)):
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
    if isinstance(error, MissingConfigException) and error.options is not None:
        return _no_option(error)
    if match := re.match(r"Could not override '([^']+)'|Key '([^']+)' not in", text):
        return _inside(error.__cause__, match[1] or match[2]) or unknown_key(match[1] or match[2], known)
    cause = error if isinstance(error, OmegaConfBaseException) else error.__cause__
    if isinstance(cause, OmegaConfBaseException):
        key = getattr(cause, "full_key", None) or "config"
        return f"{key}: {str(cause).splitlines()[0]}"
    return f"config: {text.removesuffix(' for details')}"


def _inside(cause: BaseException | None, key: str) -> str:
    """The line for a key of a mapping that was given as the value of `key`; empty when it is `key` itself that is not there."""
    if not isinstance(cause, OmegaConfBaseException) or cause.key in key.split(".") or not is_dataclass(cause.object_type):
        return ""
    return f"{key}: no key {cause.key!r}{did_you_mean(str(cause.key), [item.name for item in fields(cause.object_type)])}"


def unknown_key(key: str, known: Iterable[str]) -> str:
    """The line for a key that is not there, or not with the present choices."""
    keys = list(known)
    if key in keys:
        group = key.split(".")[0]
        return f"{key}: this key belongs to another choice of {group} (numlp train --cfg job shows the present one)"
    return f"config: no key {key!r}{did_you_mean(key, keys)}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """'; did you mean x?' when one of `known` is near, else an empty text."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def _no_option(error: MissingConfigException) -> str:
    group, _, name = str(error.missing_cfg_file).rpartition("/")
    if (extra := EXTRAS.get(name)) is not None and group == GROUP:
        return f"{GROUP}={name}: need the extra {extra}: pip install -c constraints.txt -e '.[{extra}]'"
    options = [option for option in error.options or [] if not option.endswith("_schema")]
    if not options:
        return f"config: no group {group!r} with a choice {name!r}"
    return f"{group}: need one of {', '.join(options)}, got {group}={name}{did_you_mean(name, options)}"
