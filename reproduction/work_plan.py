"""What all experiments would run: the digest of each, by which DVC knows which have changed, and the updates that they take."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from numlp.code_digest import stage_digest, tree_digest
from numlp.config.naming import deciding_choices
from numlp.files import json_digest
from numlp.training.plan import count_updates
from reproduction import own_draws
from reproduction.experiments import Experiments, Job
from reproduction.faults import identify
from reproduction.own_draws import SEARCHES
from reproduction.settings import Params


@dataclass(frozen=True)
class Planned:
    """An experiment's part of the plan.

    Attributes:
        experiment: E.g. e01.
        digest: Of its runs: their keys, their configurations without the seed, the code that makes them, and how many seeds at most.
        runs: Trainings, over all of its seeds, which no experiment before it makes.
        updates: Update steps of these.
        own: Update steps of our own draws, once and not per seed.
    """

    experiment: str
    digest: str
    runs: int
    updates: int
    own: int


def make_plan(experiments: Experiments, params: Params) -> Iterator[Planned]:
    """The experiments in their order."""
    code = {"train": stage_digest("train"), "draws": tree_digest(Path(str(own_draws.__file__)).read_text(encoding="utf-8"))}
    made: set[str] = set()
    for name in experiments.names:
        jobs, seeds = experiments.jobs(name), params.seeds_of(name)
        runs = {job.key: [deciding_choices(job.config), identify("", job.fault)] for job in jobs}
        content = {"code": code, "runs": runs, "seeds": params.limit(name)}
        trainings = {_training(job, seed): count_updates(job.config)[0] for job in jobs for seed in seeds}
        new = trainings.keys() - made
        made |= new
        own = SEARCHES[name].count * count_updates(jobs[0].config)[0] if name in SEARCHES else 0
        yield Planned(name, json_digest(content), len(new), sum(trainings[key] for key in new), own)


def _training(job: Job, seed: int) -> str:
    """Two jobs of the same name are made once: their results are cached in one file."""
    return json_digest({"choices": deciding_choices(job.seeded(seed)), "fault": job.fault})
