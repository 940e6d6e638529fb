"""Jobs handed to Hydra's launcher, and watched until they have ended."""

import re
import shutil
from collections import Counter
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

from hydra.core.plugins import Plugins
from hydra.core.utils import JobStatus

from numlp.config.launchers import for_threads
from numlp.errors import one_line
from numlp.runs.output_folder import NOTES, claim, sweep_names
from numlp.sweep.jobs import ENDED, Job, Status, read_status, write_status
from numlp.sweep.optuna_study import SharedStudy
from numlp.sweep.sweep_context import SweepContext
from numlp.sweep.sweep_run import SweepRun
from numlp.sweep.worker import Order, Perform

STOP, STATUS = "stop", "status"
LOSSES = 2  # of workers while a job runs, after which it runs alone


@dataclass
class Runner:
    """Brings jobs to their end: it takes the outcomes that are known, and has the launcher make the others.

    Attributes:
        context: The sweep.
        sweep_run: The sweep in MLflow.
    """

    context: SweepContext
    sweep_run: SweepRun
    _launched: int = 0
    _same: dict[int, int] = field(default_factory=dict)  # by a job's number, that of the job that is launched for it

    def run_jobs(self, jobs: Sequence[Job], study: SharedStudy | None) -> None:
        """Bring every job to its end, in the order that the launcher likes.

        Args:
            jobs: Of one round.
            study: The round's, where trials are pruned.

        Raises:
            KeyboardInterrupt: Jobs were stopped by a signal.
            Terminated: By SIGTERM or SIGHUP, which came to this process.
        """
        planner = self.context.planner
        for job in jobs:
            planner.look_up(job, self.context.pruned)
        with self.context.display.watching(jobs, self._look):
            for job in jobs:
                self.sweep_run.add_kept(job, planner.choices.get(job.number, {}))
            waiting = self._distinct([job for job in jobs if job.status.state == "waiting"])
            if waiting and not self.context.over:
                self._launch(waiting, study)
        trained_elsewhere = [job for job in waiting if job.status.state == "kept"]
        if trained_elsewhere:
            self.sweep_run.add_trained_elsewhere(trained_elsewhere, planner.choices)
        self._heed_signals()
        if any(job.status.state == "stopped" for job in jobs):
            raise KeyboardInterrupt

    def _distinct(self, jobs: Sequence[Job]) -> list[Job]:
        """Those to be launched: of jobs that are the same, as draws can be, the first, whose status is then that of all."""
        first: dict[Path, Job] = {}
        for job in jobs:
            self._same[job.number] = first.setdefault(job.record, job).number
        return list(first.values())

    def _launch(self, jobs: Sequence[Job], study: SharedStudy | None) -> None:
        """Launch jobs, and those that had not ended again when a worker was lost, killed for want of memory or by hand.

        A job that ran at two losses may be their cause: it is launched alone then, and has failed when its worker is lost again.
        """
        losses, groups = Counter[int](), [list(jobs)]
        while groups and not self.context.over:
            self._heed_signals()
            group = groups.pop(0)
            try:
                self._hand_over(group, study)
            except BrokenProcessPool as caught:
                self._heed_signals()
                left = [job for job in group if self._look(job).state not in ENDED]
                losses.update(job.number for job in [job for job in left if self._look(job).state == "running"] or left)
                if len(group) == 1 and losses[group[0].number] >= LOSSES:
                    self._fail(left, caught)
                    continue
                again = [job for job in left if losses[job.number] < LOSSES]
                groups = [*([again] if again else []), *groups, *([job] for job in left if job not in again)]
                if left:
                    self._begin_again(left, caught)

    def _heed_signals(self) -> None:
        """End the sweep when a signal came: a worker that waits for a job dies of it and tells nobody."""
        if self.context.stop:
            raise self.context.stop.exception()

    def _begin_again(self, jobs: Sequence[Job], error: Exception) -> None:
        self.context.display.say(f"{_cause(error)}; {len(jobs)} {'jobs start' if len(jobs) > 1 else 'job starts'} again")
        for job in jobs:
            write_status(self._status(job), state="waiting")
        self.sweep_run = self.sweep_run.again()

    def _hand_over(self, jobs: Sequence[Job], study: SharedStudy | None) -> None:
        """Give jobs to the launcher, and wait for it.

        Raises:
            BrokenProcessPool: A worker was lost, and with it all the others.
        """
        context = self.context
        orders = {self._launched + place: self._order(job) for place, job in enumerate(jobs)}
        perform = Perform(context.task, orders, self.sweep_run.run.id, self._stop, context.search, context.sweep, study)
        config = for_threads(context.config, max(job.config.train.threads for job in jobs if job.config is not None))
        launcher = Plugins.instance().instantiate_launcher(hydra_context=context.hydra, task_function=perform, config=config)
        first, self._launched = self._launched, self._launched + len(jobs)
        try:
            returns = launcher.launch([job.overrides for job in jobs], initial_job_idx=first)
        except BrokenProcessPool:
            raise
        except Exception as caught:  # of the launcher: a node is gone
            self._fail(jobs, caught)
            return
        for job, returned in zip(jobs, returns, strict=True):
            if returned.status is JobStatus.FAILED:
                self._fail([job], returned._return_value)

    def _fail(self, jobs: Sequence[Job], error: Exception) -> None:
        """Tell of those jobs that have not ended that they will not."""
        for job in jobs:
            if self._look(job).state not in ENDED:
                write_status(self._status(job), state="failed", error=f"the launcher did not run this job to its end: {_cause(error)}")
                if self.context.sweep.fail_fast:
                    self._stop.touch()

    @property
    def _stop(self) -> Path:
        return self.context.out.absolute() / NOTES / STOP

    def _order(self, job: Job) -> Order:
        status, pruned = self._status(job), (self.context.pruned / job.record.name).absolute()
        return Order(status, job.proposal, self.sweep_run.run_id(job), self.sweep_run.child_tags(job), job.record.parent.absolute(), pruned)

    def _look(self, job: Job) -> Status:
        return read_status(self._status(job)) or Status()

    def _status(self, job: Job) -> Path:
        return self.context.out.absolute() / NOTES / STATUS / f"{self._same.get(job.number, job.number)}.json"


def _cause(error: Exception) -> str:
    """A line: of joblib's message on a lost worker only how that ended."""
    codes = re.search(r"exit codes of the workers are \{(.+)\}", str(error))
    return one_line(error) if codes is None else f"a worker crashed ({codes[1]})"


def clear_folder(out: Path) -> None:
    """Make a sweep's folder, without what another sweep in it has noted of its jobs and composed them from."""
    claim(out, sweep_names(out), "hydra.sweep.dir")
    shutil.rmtree(out / NOTES, ignore_errors=True)
    (out / NOTES).mkdir()
