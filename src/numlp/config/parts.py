"""Parts: config groups whose `_target_` names a class or function, such as numlp.Adam; the other keys are its arguments.

The first parameters of a target are given by position where it is called (an optimizer's `network`); the others are settings.
A part of one's own needs no registration: a name that can be imported from the project's directory, and a file in conf/.
"""

import inspect
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import field, make_dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

from omegaconf import MISSING, OmegaConf
from omegaconf.errors import ConfigKeyError, OmegaConfBaseException

from numlp.code_digest import tree_digest
from numlp.config.schema import Part
from numlp.errors import UserError, did_you_mean, one_line, require

RUNTIME = {"data": 0, "activation": 1, "init": 1, "optim": 1, "schedule": 0, "moments": 0}
"""The config groups that are parts, with the number of arguments that are given by position; a class of `init` gets none."""
TARGET, PACKAGE = "_target_", "numlp"
RENAMED = {"adamw": "AdamW", "ema": "EmaMoments", "precise": "PreciseMoments", "adaptive": "AdaptiveMoments"}


def locate(part: Mapping[str, Any], where: str = TARGET) -> Callable[..., Any]:
    """The class or function that `part` names."""
    target = str(part.get(TARGET, ""))
    module, _, name = target.rpartition(".")
    if not module:
        raise UserError(f"{where}: expected _target_: MODULE.NAME, got {target or 'none'}")
    try:
        imported = import_module(module)
    except ImportError as error:
        raise UserError(f"{where}: cannot import {target}: {error}") from error
    part_class = getattr(imported, name, None)
    if not callable(part_class):
        raise UserError(f"{where}: {module} has no class or function {name}{did_you_mean(name, dir(imported))}")
    return part_class  # type: ignore[no-any-return]


def bind(part: Mapping[str, Any]) -> Callable[..., Any]:
    """The class or function of `part`, which takes its settings with it."""
    target, settings = locate(part), {key: item for key, item in part.items() if key != TARGET}
    return partial(target, **settings) if settings else target


def bind_local(part: Mapping[str, Any]) -> Callable[..., Any]:
    """`bind` for a part that a file from elsewhere names: only numlp and modules of the current directory are imported."""
    module = str(part[TARGET]).partition(".")[0]
    if module != PACKAGE:
        near = any(Path(f"{module}{end}").exists() for end in (".py", "/__init__.py"))
        require(near, TARGET, f"a class of {PACKAGE} or of a module in this directory", target=part[TARGET])
        sys.path.append(str(Path.cwd()))
    return bind(part)


def build(part: Mapping[str, Any], *runtime: Any) -> Any:
    """Call the class or function of `part` with the arguments that are given by position, and its settings."""
    return bind(part)(*runtime)


def build_init(part: Mapping[str, Any]) -> Callable[[int], float]:
    """The standard deviation of the initial weights by the fan-in: the function of `part`, or an instance of its class."""
    return build(part) if isinstance(locate(part), type) else bind(part)


def digest_code(part: Mapping[str, Any]) -> str:
    """A digest of the file that defines a part outside numlp, without what the file imports; empty for a part of numlp."""
    file = None if part[TARGET].startswith(f"{PACKAGE}.") else inspect.getsourcefile(locate(part))
    return tree_digest(Path(file).read_text(encoding="utf-8")) if file else ""


def complete(group: str, part: Mapping[str, Any]) -> Part:
    """`part` with each value converted to its parameter's type, and with the defaults of the others."""
    require(isinstance(part, Mapping), group, "a config group with its keys", got=part)
    schema = schema_of(group, locate(part, f"{group}.{TARGET}"))
    try:
        values = OmegaConf.merge({group: schema}, {group: {key: item for key, item in part.items() if key != TARGET}})
    except ConfigKeyError as error:
        raise UserError(f"{group}: unknown key {str(error.key)!r}{did_you_mean(str(error.key), map(str, schema))}") from error
    except OmegaConfBaseException as error:
        raise UserError(f"{error.full_key}: {str(error).splitlines()[0]}") from error
    if missing := sorted(OmegaConf.missing_keys(values)):
        raise UserError(f"{group}: no value for {', '.join(missing)}")
    settings: dict[str, Any] = OmegaConf.to_container(values)[group]  # type: ignore[index, call-overload, assignment]
    return {TARGET: str(part[TARGET]), **settings}


def schema_of(group: str, target: Callable[..., Any]) -> Any:
    """A structured config with a target's settings as its keys; a type that OmegaConf does not know becomes Any."""
    hints, keys = get_type_hints(target.__init__ if isinstance(target, type) else target), []  # type: ignore[misc]
    named = [one for one in inspect.signature(target).parameters.values() if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
    runtime = 0 if group == "init" and isinstance(target, type) else RUNTIME[group]
    for parameter in named[runtime + 2 * len(getattr(target, "parameters", ())) :]:  # an activation gets views of what it learns
        default = MISSING if parameter.default is parameter.empty else parameter.default
        for kind in (hints.get(parameter.name, Any), Any):
            with suppress(OmegaConfBaseException):
                key = (parameter.name, kind, field(default_factory=partial(copy, default)))
                OmegaConf.structured(make_dataclass("Key", [key]))
                keys.append(key)
                break  # a default that OmegaConf cannot hold leaves the parameter out: it stays the target's own
    return OmegaConf.structured(make_dataclass("Settings", keys))


def try_part(group: str, part: Mapping[str, Any]) -> Any:
    """Build a part for a network of one unit, so that the rules of its constructor hold before any data is read."""
    from numlp.nn.network import Network  # the import brings NumPy, for which --help need not wait

    network = Network((1, 1))
    samples: dict[str, list[Any]] = {"activation": [1], "optim": [network]}
    views = [network.params["linear1.b"]] * (2 * len(getattr(locate(part), "parameters", ())))
    try:
        return build_init(part)(1) if group == "init" else build(part, *samples.get(group, []), *views)
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"{group}: {part[TARGET]} does not take its settings: {one_line(error)}") from error


def update_choices(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a model file, in which older versions have names such as relu in place of classes."""
    updated = dict(choices)
    for group in RUNTIME:
        if "name" in (part := dict(choices.get(group, {}))) and TARGET not in part:
            name = part.pop("name")
            name = RENAMED.get(name) or (name if group == "init" else "".join(word.title() for word in name.split("_")))
            updated[group] = {TARGET: f"numlp.{name}", **{key: item for key, item in part.items() if item is not None}}
    return updated
