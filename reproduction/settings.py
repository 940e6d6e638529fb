"""The reproduction's YAML files as dataclasses: params.yaml says what to run, reruns.yaml has experiments made again with a change."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from numlp.errors import UserError, require
from reproduction.faults import FAULTS
from reproduction.results import CHECK, HOME

PARAMS, RERUNS = HOME / "params.yaml", HOME / "reruns.yaml"


@dataclass
class Params:
    """The content of params.yaml, which describes the fields."""

    seeds: list[int]
    overrides: list[str]
    usual: int = 5
    at_most: dict[int, list[str]] = field(default_factory=dict)
    kernels: list[str] = field(default_factory=list)
    canaries: dict[str, str] = field(default_factory=dict)
    check_seeds: list[int] = field(default_factory=list)
    check: dict[str, list[str]] = field(default_factory=dict)

    def seeds_of(self, experiment: str) -> list[int]:
        """The seeds of an experiment's runs, or of those that test stated intervals."""
        if experiment == CHECK:
            return self.check_seeds
        return self.seeds[: next((count for count, names in self.at_most.items() if experiment in names), self.usual)]


@dataclass
class Rerun:
    """Runs of other experiments (their keys by experiment), made again with one change: a name of `FAULTS`, or overrides for all of them.

    The change may explain accuracies of the report `source`.
    """

    source: str
    question: str
    runs: dict[str, list[str]]
    fault: str = ""
    overrides: list[str] = field(default_factory=list)


def read_yaml(path: Path, schema: Any) -> Any:
    """Read a YAML file as a dataclass, or as a DictConfig or ListConfig whose elements are of one.

    Raises:
        UserError: The file is missing, is no YAML, or has other fields.
    """
    try:
        return OmegaConf.to_object(OmegaConf.merge(schema, OmegaConf.load(path)))
    except (OSError, OmegaConfBaseException, YAMLError) as error:
        raise UserError(f"cannot read {path}: {' '.join(str(error).split())}") from error


def read_params(path: Path, arguments: Sequence[str] = ()) -> Params:
    """Read params.yaml; the seeds are those of the argument `seeds=0,1,2`, where there is one.

    Raises:
        UserError: The file is not there, has no seeds, or the argument is another.
    """
    params: Params = read_yaml(path, Params)
    _check_seeds(str(path), params.seeds)
    numbers = [params.usual, *params.at_most]
    require(min(numbers) > 0, str(path), "numbers of seeds of at least 1", got=numbers)
    if not arguments:
        return params
    match = re.fullmatch(r"seeds=(\d+(?:,\d+)*)", "".join(arguments[0].split()))
    require(match is not None and len(arguments) == 1, "reproduction", "seeds=0,1,2", argument=" ".join(arguments))
    assert match is not None
    seeds = [int(seed) for seed in match[1].split(",")]
    _check_seeds("seeds", seeds)
    return replace(params, seeds=seeds)


def _check_seeds(where: str, seeds: list[int]) -> None:
    require(len(seeds) > 0 and min(seeds) >= 0 and len(set(seeds)) == len(seeds), where, "different seeds from 0 on", seeds=seeds)


def read_reruns(path: Path) -> dict[str, Rerun]:
    """Read reruns.yaml: by the experiment's short name, x07 and on.

    Raises:
        UserError: The file is missing or has other fields, there is no such fault, or an entry changes nothing.
    """
    entries: dict[str, Rerun] = read_yaml(path, DictConfig({}, element_type=Rerun))
    for name, entry in entries.items():
        require(entry.fault in ("", *FAULTS), f"{path}: {name}", f"a fault of {', '.join(FAULTS)}", fault=entry.fault)
        require(bool(entry.fault or entry.overrides), f"{path}: {name}", "a fault or overrides")
    return entries
