"""`numlp reproduce`: a step of the reproduction's pipeline (reproduction/dvc.yaml).

numlp reproduce plan         digests of all experiments' choices, so that DVC knows which have changed
numlp reproduce e08          the runs of an experiment that are missing, and its result files
numlp reproduce scoreboard   each published accuracy beside ours, and what the results were made of
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from numlp.code_digest import DECIDING, code_digest, stage_digest
from numlp.data.raw import read_about
from numlp.errors import UserError, require
from numlp.files import write_text
from numlp.reproduction.experiments import Composer
from numlp.reproduction.provenance import write_provenance
from numlp.reproduction.results import FOLDER
from numlp.reproduction.scoreboard import PUBLISHED, write_scoreboard
from numlp.stages import paths
from numlp.stages.naming import digest, values

PARAMS, PLAN = Path("reproduction/params.yaml"), Path("build/reproduction/plan.json")


@dataclass
class Params:
    """What reproduction/params.yaml holds: the runs' seeds, and overrides for all of them (a rehearsal's train.epochs)."""

    seeds: list[int]
    overrides: list[str]


def main(argv: Sequence[str]) -> int:
    """Do one step."""
    require(len(argv) == 1, "numlp reproduce", "one of plan, scoreboard, e01, e02 and so on", arguments=list(argv))
    params = read_params(PARAMS)
    steps: dict[str, Callable[[Params], None]] = {"plan": plan, "scoreboard": scoreboard}
    if argv[0] in steps:
        steps[argv[0]](params)
        return 0
    from numlp.stages.experiment import run_experiment

    run_experiment(Composer(Path.cwd(), params.overrides), argv[0], params.seeds)
    return 0


def read_params(path: Path) -> Params:
    """Read the reproduction's params.yaml.

    Raises:
        UserError: It is not there, or has no seeds.
    """
    require(path.exists(), "project", f"{path} in the current folder; go to the project's folder", folder=str(Path.cwd()))
    try:
        made = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(Params), OmegaConf.load(path)))
    except (OmegaConfBaseException, YAMLError) as error:
        raise UserError(f"{path}: need seeds and overrides, two lists, got: {' '.join(str(error).split())}") from error
    assert isinstance(made, Params)
    good = len(made.seeds) > 0 and min(made.seeds) >= 0 and len(set(made.seeds)) == len(made.seeds)
    require(good, str(path), "one or more different seeds, each a whole number >= 0", seeds=made.seeds)
    return made


def plan(params: Params) -> None:
    """Write the digest of every experiment's runs: their keys, their configurations without the seed, and the code that makes them."""
    composer = Composer(Path.cwd(), params.overrides)
    code, content = code_digest(*DECIDING["train"], "numlp.reproduction.searches"), {}
    for experiment in composer.experiments:
        runs = {job.key: values(job.config) for job in composer.jobs(experiment)}
        content[experiment] = digest({"code": code, "runs": runs})
    write_text(PLAN, json.dumps(content, indent=2) + "\n")


def scoreboard(params: Params) -> None:
    """Write scoreboard.csv and provenance.json."""
    from numlp.tracking import environment_tags

    rows = write_scoreboard(PUBLISHED, FOLDER)
    tags = environment_tags(Path.cwd())
    write_provenance(FOLDER, read_about(paths.DOWNLOAD), {**tags, "source": stage_digest("train")}, os.cpu_count() or 1, params.seeds)
    near = sum(row["within"] == "true" for row in rows)
    print(f"scoreboard: {near} of the {len(rows)} published accuracies lie within 1.5 points")
