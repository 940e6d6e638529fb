"""reproduction/params.yaml: the seeds of the runs, and overrides for all of them."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from numlp.errors import UserError, require
from numlp.files import editing_yaml
from reproduction.results import HOME

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
    require(path.exists(), "project", f"{path} in the current folder; go to the project's folder", folder=str(Path.cwd()))
    try:
        params = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(Params), OmegaConf.load(path)))
    except (OmegaConfBaseException, YAMLError) as error:
        raise UserError(f"{path}: need seeds and overrides, two lists, got: {' '.join(str(error).split())}") from error
    assert isinstance(params, Params)
    good = len(params.seeds) > 0 and min(params.seeds) >= 0 and len(set(params.seeds)) == len(params.seeds)
    require(good, str(path), "one or more different seeds, each a whole number >= 0", seeds=params.seeds)
    require(min(params.at_most, default=1) > 0, str(path), "at_most of 1 seed or more", at_most=params.at_most)
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
