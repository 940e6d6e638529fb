"""Jobs handed to Hydra's launcher, and watched until they have ended."""

import re
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.plugins import Plugins
from hydra.core.utils import JobStatus
from hydra.types import HydraContext
from omegaconf import DictConfig

from numlp.config.compose import CONF
from numlp.config.launchers import for_threads
from numlp.config.search import SearchConfig
from numlp.sweep.jobs import ENDED, Job, Status, read_status, write_status
from numlp.sweep.live_table import Display
from numlp.sweep.planner import Planner
from numlp.sweep.sweep_run import Family
from numlp.sweep.worker import Order, Perform
from numlp.tracking import one_line, stopped

STOP, STATUS = "stop", "status"
LOSSES = 2  # of workers while a job runs, after which it runs alone


@dataclass
class Runner:
    """Makes the outcomes of jobs: those that are kept from before, and the others by the launcher.

    Attributes:
        context: Hydra's.
        config: The sweep's, with Hydra's part.
        task: Trains, given a job's choices and its place in the sweep.
        planner: Knows what is kept.
        display: Shows them.
        family: The sweep in MLflow.
        search: How trials are pruned.
        out: The sweep's folder.
        pruned: Where the outcomes of pruned trials are kept.
        fail_fast: Whether a job that fails keeps those after it from beginning.
        signals: Those that came: no further job begins, not even one whose worker was lost by them.
    """

    context: HydraContext
    config: DictConfig
    task: Callable[..., Any]
    planner: Planner
    display: Display
    family: Family
    search: SearchConfig
    out: Path
    pruned: Path
    fail_fast: bool
    signals: Sequence[int]
    _launched: int = 0
    _same: dict[int, int] = field(default_factory=dict)  # by a job's number, that of the job that is made for it

    @property
    def failed(self) -> list[Job]:
        """The jobs that failed so far."""
        return [job for job in self.planner.jobs if job.status.state == "failed"]

    @property
    def over(self) -> bool:
        """Whether no further job is to begin."""
        return self.fail_fast and len(self.failed) > 0

    def make(self, jobs: Sequence[Job], study: str | None, journal: Path) -> None:
        """Bring every job to its end, in the order that the launcher likes.

        Raises:
            KeyboardInterrupt: Jobs were stopped by a signal.
            Terminated: By SIGTERM or SIGHUP, which came to this process.
        """
        for job in jobs:
            self.planner.look_up(job, self.pruned)
        with self.display.watching(jobs, self._look):
            for job in jobs:
                self.family.add_kept(job, self.planner.choices.get(job.number, {}))
            waiting = self._once([job for job in jobs if job.status.state == "waiting"])
            if waiting and not self.over:
                self._launch(waiting, study, journal)
        taken = [job for job in waiting if job.status.state == "kept"]
        if taken:
            self.family.add_taken(taken, self.planner.choices)
        self._heed()
        if any(job.status.state == "stopped" for job in jobs):
            raise KeyboardInterrupt

    def _once(self, jobs: Sequence[Job]) -> list[Job]:
        """Those to be launched: of jobs that are the same, as draws can be, the first, whose status is then that of all."""
        first: dict[Path, Job] = {}
        for job in jobs:
            self._same[job.number] = first.setdefault(job.record, job).number
        return list(first.values())

    def _launch(self, jobs: Sequence[Job], study: str | None, journal: Path) -> None:
        """Launch jobs, and those that had not ended again when a worker was lost, killed for want of memory or by hand.

        A job that ran at two losses may be their cause: it is launched alone then, and has failed when its worker is lost again.
        """
        losses, groups = Counter[int](), [list(jobs)]
        while groups and not self.over:
            self._heed()
            group = groups.pop(0)
            try:
                self._hand_over(group, study, journal)
            except BrokenProcessPool as caught:
                self._heed()
                left = [job for job in group if self._look(job).state not in ENDED]
                losses.update(job.number for job in [job for job in left if self._look(job).state == "running"] or left)
                if len(group) == 1 and losses[group[0].number] >= LOSSES:
                    self._fail(left, caught)
                    continue
                again = [job for job in left if losses[job.number] < LOSSES]
                groups = [*([again] if again else []), *groups, *([job] for job in left if job not in again)]
                if left:
                    self._begin_again(left, caught)

    def _heed(self) -> None:
        """End the sweep when a signal came: a worker that waits for a job dies of it and tells nobody."""
        if self.signals:
            raise stopped(self.signals[0])

    def _begin_again(self, jobs: Sequence[Job], error: Exception) -> None:
        self.display.say(f"{_cause(error)}; {len(jobs)} {'jobs begin' if len(jobs) > 1 else 'job begins'} again")
        for job in jobs:
            write_status(self._status(job), state="waiting")
        self.family = self.family.again()

    def _hand_over(self, jobs: Sequence[Job], study: str | None, journal: Path) -> None:
        """Give jobs to the launcher, and wait for it.

        Raises:
            BrokenProcessPool: A worker was lost, and with it all the others.
        """
        orders = {self._launched + place: self._order(job) for place, job in enumerate(jobs)}
        how = (self.fail_fast, self.planner.rerun, self.search, journal.absolute(), study)
        perform = Perform(self.task, orders, self.family.run.id, self._stop, *how)
        config = for_threads(self.config, max(job.config.train.threads for job in jobs if job.config is not None))
        launcher = Plugins.instance().instantiate_launcher(hydra_context=self.context, task_function=perform, config=config)
        first, self._launched = self._launched, self._launched + len(jobs)
        try:
            returns = launcher.launch([job.overrides for job in jobs], initial_job_idx=first)
        except BrokenProcessPool:
            raise
        except Exception as caught:  # of the launcher: a node is gone
            self._fail(jobs, caught)
            return
        for job, made in zip(jobs, returns, strict=True):
            if made.status is JobStatus.FAILED:
                self._fail([job], made._return_value)

    def _fail(self, jobs: Sequence[Job], error: Exception) -> None:
        """Tell of those jobs that have not ended that they will not."""
        for job in jobs:
            if self._look(job).state not in ENDED:
                write_status(self._status(job), state="failed", error=f"it could not be run, or not to its end: {_cause(error)}")
                if self.fail_fast:
                    self._stop.touch()

    @property
    def _stop(self) -> Path:
        return self.out.absolute() / STOP

    def _order(self, job: Job) -> Order:
        status, pruned = self._status(job), (self.pruned / job.record.name).absolute()
        return Order(status, job.proposal, self.family.run_id(job), self.family.member_tags(job), job.record.absolute(), pruned)

    def _look(self, job: Job) -> Status:
        return read_status(self._status(job)) or Status()

    def _status(self, job: Job) -> Path:
        return self.out.absolute() / STATUS / f"{self._same.get(job.number, job.number)}.json"


def _cause(error: Exception) -> str:
    """A line: of joblib's message on a lost worker only how that ended."""
    codes = re.search(r"exit codes of the workers are \{(.+)\}", str(error))
    return one_line(error) if codes is None else f"a worker was lost ({codes[1]})"


def clear(out: Path) -> None:
    """Make the folder of a sweep, without what another sweep in it said of its jobs and composed them from."""
    out.mkdir(parents=True, exist_ok=True)
    for folder in (out / STATUS, out / CONF):
        shutil.rmtree(folder, ignore_errors=True)
    for path in (out / STOP, *out.glob("study-*.journal*")):
        path.unlink(missing_ok=True)
