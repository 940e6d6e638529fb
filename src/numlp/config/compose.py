"""params.yaml and conf/ as one Hydra config, and from it the typed `Config`."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import ConfigKeyError, OmegaConfBaseException
from yaml import YAMLError

from numlp.config.explain import explain, explain_unknown_key, is_composing_error
from numlp.config.naming import deciding_choices, flatten
from numlp.config.parts import RUNTIME, TARGET, complete, try_part
from numlp.config.schema import Config, check_rules, check_together
from numlp.config.search import NODE, Search
from numlp.errors import UserError, require
from numlp.paths import MARKS, require_project
from numlp.threads import cores

PARAMS, CONF = MARKS
SET = "set"  # the key of params.yaml for values inside a group, and the group that holds them


def store_primary(root: Path, command: str) -> None:
    """Make `root`/params.yaml Hydra's primary config, named "params".

    A key that names a folder of conf/ is a choice of one of its files; the others are values, checked by the schema. What is below
    `set` holds over the chosen files, for a part (an optimizer, a data set) over the file that params.yaml names: it is a group of its
    own, so that an experiment can leave it out (`override /set: none`).
    """
    groups, content = read_params(root)
    if str(root) not in sys.path:
        sys.path.append(str(root))  # a _target_ may be in the project's folder; last, so that a file there hides no module
    configs = ConfigStore.instance()
    configs.store(name="schema", node=Config)
    usual = {key: item for key, item in deciding_choices(Config(data={})).items() if key not in groups}  # the reports' values
    configs.store(group="defaults", name="values", node={**usual, "test_time_flip": False}, package="_global_")
    values: dict[str, Any] = content.pop(SET)
    parts = [group for group in values if group in RUNTIME]  # values of a part belong to the chosen file alone
    for group in parts:
        configs.store(group=f"{SET}/{group}", name=f"params_{groups[group]}", node={group: values.pop(group)}, package="_global_")
    for name, node in (("params", values), ("none", {})):
        configs.store(group=SET, name=name, node=node, package="_global_")
    set_parts = ({f"optional {SET}/{group}": f"${{{SET}}}_${{{group}}}"} for group in parts)
    defaults: list[Any] = ["schema", *({group: choice} for group, choice in [*groups.items(), (SET, "params")]), *set_parts, "_self_"]
    when = "${now:%Y-%m-%d}/${now:%H-%M-%S-%f}"  # time to the microsecond: two runs that start together must not share a folder
    hydra: dict[str, Any] = {"job": {"name": command}, "run": {"dir": f"outputs/{command}/{when}"}, "sweep": {"dir": f"multirun/{when}"}}
    hydra["callbacks"] = {"output_folder": {"_target_": "numlp.results.output_folder.OutputFolder"}}
    quiet = [{"override hydra/job_logging": "none"}, {"override hydra/hydra_logging": "none"}]  # warnings then go to stderr
    OmegaConf.register_new_resolver("at_once", lambda threads: max(1, cores() // threads), replace=True)
    defaults += [*quiet, {"override hydra/launcher": "cores"}, *([{"override hydra/sweeper": "numlp"}] if command == "train" else [])]
    configs.store(name=PARAMS.removesuffix(".yaml"), node={"defaults": defaults, "hydra": hydra, **content})


def read_params(root: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keys of `root`/params.yaml: those that choose a file of conf/, and the others, which are values."""
    require_project(root)
    try:
        content: Any = OmegaConf.to_container(OmegaConf.load(root / PARAMS))
    except YAMLError as error:
        raise UserError(f"{PARAMS}: invalid YAML: {' '.join(str(error).split())}") from error
    require(isinstance(content, dict), PARAMS, "a mapping of keys to values")
    groups = {key: content.pop(key) for key in list(content) if (root / CONF / str(key)).is_dir()}
    for group, choice in groups.items():
        remedy = f"put a value inside the group below {SET}: {{{group}: {{...}}}}"
        require(not isinstance(choice, dict | list), PARAMS, f"the name of a file of {CONF}/{group} for {group}", remedy, **{group: choice})
    values = content[SET] = content.get(SET) or {}
    nested = isinstance(values, dict) and all(isinstance(inner, dict) and group in groups for group, inner in values.items())
    require(nested, PARAMS, f"values by config group below {SET}, such as {SET}: {{model: {{hidden: [20]}}}}", set=values)
    return groups, content


def compose_project(root: Path) -> Config:
    """The settings of `root`/params.yaml and conf/, without a command line."""
    store_primary(root, "train")
    with explaining(), initialize_config_dir(str((root / CONF).absolute()), version_base="1.3"):
        return to_config(compose(PARAMS.removesuffix(".yaml")))


@contextmanager
def explaining() -> Iterator[None]:
    """Turn an error of composing, which may be the cause of a SystemExit, into a UserError of one line; any other goes on."""
    try:
        yield
    except (Exception, SystemExit) as end:
        error = end.__cause__ if isinstance(end, SystemExit) and end.__cause__ else end
        if not is_composing_error(error):
            raise error from error.__cause__
        raise UserError(explain(error, all_keys())) from error


def chosen_files(names: Mapping[Any, Any]) -> dict[str, str]:
    """The chosen file of each group of conf/, from all the choices that Hydra knows of (`hydra.runtime.choices`)."""
    return {str(group): str(name) for group, name in names.items() if str(group).partition("/")[0] not in (SET, "hydra")}


def to_config(config: DictConfig) -> Config:
    """The settings of a run as dataclasses, every rule checked that needs no data."""
    try:  # merge plain values: a typed config would accept keys that + has added, and have no value for one that ~ has deleted
        typed = OmegaConf.merge(OmegaConf.structured(Config), OmegaConf.to_container(config, resolve=True))
    except ConfigKeyError as error:
        raise UserError(explain_unknown_key(str(error.full_key), all_keys())) from error
    except OmegaConfBaseException as error:
        raise UserError(f"{error.full_key or 'config'}: {str(error).splitlines()[0]}") from error
    if missing := sorted(OmegaConf.missing_keys(typed)):
        group, _, key = missing[0].partition(".")
        below = f", or in params.yaml set: {{{group}: {{{key}: VALUE}}}}" if key else ""
        raise UserError(f"config: no value for {', '.join(missing)}; write {missing[0]}=VALUE{below}")
    settings = OmegaConf.to_object(typed)
    assert isinstance(settings, Config)
    check_rules(settings)
    for group in RUNTIME:
        setattr(settings, group, complete(group, getattr(settings, group)))
    built = {group: try_part(group, getattr(settings, group)) for group in RUNTIME if group != "data"}  # building data would take seconds
    check_together(settings, built["schedule"], built["moments"])
    return settings


def all_keys() -> list[str]:
    """Every dotted key that a user can set, of a run or of a sweep, with those of the files of parts."""
    run, sweep = (flatten(OmegaConf.to_container(OmegaConf.structured(node))) for node in (Config, Search))  # type: ignore[arg-type]
    files = [file for group in RUNTIME for file in sorted(Path(CONF, group).glob("*.yaml"))]
    keys = [*run, *(f"{file.parent.name}.{key!s}" for file in files for key in OmegaConf.load(file) if key != "defaults")]
    keys += [f"{NODE}.{key}" for key in sweep if not key.startswith(("job.", TARGET))]
    return list(dict.fromkeys(start for key in keys for start in accumulate(key.split("."), "{}.{}".format)))
