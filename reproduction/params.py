"""reproduction/params.yaml: the seeds of the runs, and overrides for all of them."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from numlp.errors import UserError, require
from numlp.files import editing_yaml
from reproduction.results import HOME
from reproduction.structured import read_structured

PARAMS = HOME / "params.yaml"


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
    good = len(params.seeds) > 0 and min(params.seeds) >= 0 and len(set(params.seeds)) == len(params.seeds)
    require(good, str(path), "one or more different seeds, each a whole number of at least 0", seeds=params.seeds)
    require(min(params.at_most, default=1) > 0, f"{path}: at_most", "numbers of seeds of at least 1", at_most=sorted(params.at_most))
    return params


def set_seeds(path: Path, argument: str) -> None:
    """Write `seeds=0,1,2` to the reproduction's params.yaml, and leave the rest as it is.

    Raises:
        UserError: They are not whole numbers.
    """
    match = re.fullmatch(r"seeds=(\d+(?:,\d+)*)", argument.replace(" ", ""))
    require(match is not None, "reproduction", "seeds=0,1,2", argument=argument)
    assert match is not None
    read_params(path)
    with editing_yaml(path) as params:
        params["seeds"][:] = [int(seed) for seed in match[1].split(",")]
