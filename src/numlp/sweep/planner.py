"""From trials to jobs: the choices of each, composed as Hydra would, and the file of its record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from numlp.config import Config
from numlp.config.compose import to_config
from numlp.config.naming import run_name
from numlp.data.cifar10 import Unavailable
from numlp.data.sources import describe_data
from numlp.errors import UserError
from numlp.runs.identity import record_file
from numlp.runs.outcome import find_outcome
from numlp.sweep.composer import Composer
from numlp.sweep.jobs import Job, Status
from numlp.sweep.rounds import Proposal
from numlp.sweep.space import SEED, overrides
from numlp.training import build
from numlp.training.batches import epoch_steps

RECORDS = Path("build/runs")  # outcomes, of all sweeps


@dataclass
class Planner:
    """Makes a sweep's jobs, in order.

    Attributes:
        composer: Makes their choices.
        fixed: Overrides of every job.
        seeds: That each trial is repeated with; none: the choices' own.
        rerun: Whether records from before do not count.
    """

    composer: Composer
    fixed: Sequence[str]
    seeds: Sequence[str]
    rerun: bool
    jobs: list[Job] = field(default_factory=list)
    choices: dict[int, Mapping[str, str]] = field(default_factory=dict)  # the names of each job's groups
    _trials: int = 0

    @property
    def failed(self) -> list[Job]:
        """The jobs that failed so far."""
        return [job for job in self.jobs if job.status.state == "failed"]

    def plan_trial(self, proposal: Proposal, place: int, more: Sequence[str] = ()) -> list[Job]:
        """The jobs of a trial in the round `place`, a seed each; `more` overrides come last.

        Raises:
            HydraException: The overrides do not compose.
            Unavailable: There are no images.
        """
        for seed in self.seeds or ("",):
            last = [*overrides(proposal.point), *([f"{SEED}={seed}"] if seed else []), *more]
            job = Job(len(self.jobs), place, self._trials, proposal.number, proposal.point, seed, [*self.fixed, *last])
            self._compose(job, last)
            self.jobs.append(job)
        self._trials += 1
        return self.jobs[-max(1, len(self.seeds)) :]

    def check(self, proposal: Proposal, more: Sequence[str]) -> None:
        """Raise an error now where `more` could not be added to a trial's overrides later."""
        to_config(self.composer.compose(self.fixed, [*overrides(proposal.point), *more])[1])

    def look_up(self, job: Job, pruned: Path) -> None:
        """Take a job's outcome from before, if there is one: trained to its end in any sweep, or pruned in this one."""
        if self.rerun or job.status.state == "failed":
            return
        outcome = find_outcome(job.record, pruned / job.record.name)
        if outcome is not None:
            job.status = Status("kept", outcome.epochs, outcome=outcome)

    def _compose(self, job: Job, last: Sequence[str]) -> None:
        self.choices[job.number], composed = self.composer.compose(self.fixed, last)
        try:
            job.config = to_config(composed)
            build.check_data(job.config, describe_data(job.config))
            job.name = run_name(job.config, self.choices[job.number])
            job.record, job.epochs = record_file(RECORDS, job.config), count_epochs(job.config)
        except Unavailable:
            raise  # no job has images then
        except UserError as error:
            job.status = Status("failed", error=str(error))


def count_updates(config: Config) -> tuple[int, int]:
    """Count the updates of a run, and of an epoch.

    Raises:
        UserError: The settings allow no plan of updates, such as a batch that is larger than the training split.
    """
    start, stop = config.split.train
    plan = build.plan(config, stop - start)
    return plan.steps, epoch_steps(stop - start, plan.batch_size)


def count_epochs(config: Config) -> float:
    """How long a run trains."""
    steps, per_epoch = count_updates(config)
    return steps / per_epoch
