"""reproduction/params.yaml: the seeds of the runs, and overrides for all of them."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import yaml

from numlp.errors import UserError, require
from numlp.files import write_text
from reproduction.results import BUILD, HOME
from reproduction.structured import read_structured

PARAMS = HOME / "params.yaml"
ASKED = BUILD / "params.yaml"  # the parameters of the last `all`, which DVC's stages read


@dataclass
class Params:
    """What reproduction/params.yaml holds.

    Attributes:
        seeds: Of the runs.
        overrides: For all of them, e.g. a rehearsal's train.epochs.
        at_most: By number of seeds, the experiments that have no more.
    """

    seeds: list[int]
    overrides: list[str]
    at_most: dict[int, list[str]] = field(default_factory=dict)

    def limit(self, experiment: str) -> int | None:
        """How many seeds an experiment has at most; None where it has all."""
        return min((count for count, experiments in self.at_most.items() if experiment in experiments), default=None)

    def seeds_of(self, experiment: str) -> list[int]:
        """The seeds of an experiment's runs."""
        return self.seeds[: self.limit(experiment)]


def read_params(path: Path) -> Params:
    """Read the reproduction's params.yaml.

    Raises:
        UserError: It is not there, or has no seeds.
    """
    if not path.exists():
        raise UserError(f"file not found: {path}; go to the project's directory")
    params = read_structured(path, Params)
    check_seeds(str(path), params.seeds)
    require(min(params.at_most, default=1) > 0, f"{path}: at_most", "numbers of seeds of at least 1", at_most=sorted(params.at_most))
    return params


def read_seeds(params: Params, arguments: Sequence[str]) -> Params:
    """The parameters with the seeds of `seeds=0,1,2`, where that is the argument.

    Raises:
        UserError: The argument is another.
    """
    if not arguments:
        return params
    match = re.fullmatch(r"seeds=(\d+(?:,\d+)*)", "".join(arguments[0].split()))
    require(match is not None and len(arguments) == 1, "reproduction", "seeds=0,1,2", argument=" ".join(arguments))
    assert match is not None
    return replace(params, seeds=check_seeds("seeds", [int(seed) for seed in match[1].split(",")]))


def check_seeds(where: str, seeds: list[int]) -> list[int]:
    """The seeds.

    Raises:
        UserError: There are none, one is there twice, or one is negative.
    """
    require(len(seeds) > 0 and min(seeds) >= 0 and len(set(seeds)) == len(seeds), where, "different seeds from 0 on", seeds=seeds)
    return seeds


def write_params(path: Path, params: Params) -> None:
    """Write what `read_params` reads."""
    write_text(path, yaml.safe_dump(asdict(params)))
