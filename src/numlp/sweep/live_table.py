"""What a person sees while a sweep runs: a live table on a terminal, a line a job elsewhere."""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from heapq import nsmallest
from time import monotonic
from typing import TYPE_CHECKING

from numlp.display.text import format_duration
from numlp.sweep.jobs import ENDED, FINAL, Job, Status
from numlp.sweep.trials import as_loss

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

EVERY = 0.25  # seconds between two looks
WIDTH = 130  # of tables that go to a file
FAILED_SHOWN, BEST_SHOWN = 5, 3


class Display:
    """Shows jobs as they change.

    Args:
        total: Jobs of the whole sweep, those of later rounds among them.
        objective: The figure of an outcome that counts.
    """

    def __init__(self, total: int, objective: str) -> None:
        from rich.console import Console

        width = None if sys.stdout.isatty() else WIDTH
        # This very file: a job in this process redirects its own. No markup: [evaluate] is a value.
        self._console = Console(file=sys.stdout, highlight=False, markup=False, width=width)
        self._total, self._objective = total, objective
        self._jobs: list[Job] = []
        self._began, self._ended = monotonic(), 0

    def say(self, content: "RenderableType") -> None:
        """Print above the table."""
        self._console.print(content, soft_wrap=isinstance(content, str))

    @contextmanager
    def watching(self, jobs: Sequence[Job], look: Callable[[Job], Status]) -> Iterator[None]:
        """Show `jobs` while the body runs, by asking `look` for the status of each again and again."""
        self._jobs += jobs
        for job in jobs:
            if job.status.state in ENDED:
                self._report_end(job)
        live, over = self._live(), threading.Event()

        def watch() -> None:
            while not over.wait(EVERY):
                self._look(jobs, look, live)

        thread = threading.Thread(target=watch, daemon=True)
        if live is not None:
            live.start()
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self._look(jobs, look, live)
            if live is not None:
                live.stop()

    def _report_end(self, job: Job) -> None:
        """Say how a job ended, on a terminal only when it failed: the table has the rest."""
        self._ended += 1
        if job.status.state == "failed":
            self._console.print(f"{self._ended}/{self._total}  {job.label}: FAILED: {job.status.error}", style="red", soft_wrap=True)
        elif not self._console.is_terminal and job.status.state != "stopped":
            self._console.print(
                f"{self._ended}/{self._total}  {job.label}: {describe_outcome(job.status)}  [{self._summary()}]", soft_wrap=True
            )

    def _look(self, jobs: Sequence[Job], look: Callable[[Job], Status], live: "Live | None") -> None:
        changed = False
        for job in jobs:
            if job.status.state in ENDED:
                continue
            status = look(job)
            changed, job.status = changed or status != job.status, status
            if status.state in ENDED:
                self._report_end(job)
        if live is not None and changed:
            live.update(self._table(), refresh=True)

    def _live(self) -> "Live | None":
        if not self._console.is_terminal:
            return None
        from rich.live import Live

        return Live(self._table(), console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=True)

    def _summary(self) -> str:
        counts = Counter(job.status.state for job in self._jobs)
        parts = [f"{counts['done'] + counts['kept']} of {self._total} done", f"{counts['running']} running"]
        parts += [f"{counts['failed']} failed"] if counts["failed"] else []
        best = self._best_jobs(1)
        parts += [f"best {format_objective(best[0], self._objective)}"] if best else []
        left = self._seconds_left()
        parts += [f"{format_duration(left)} left"] if left is not None and left >= 1 else []
        return ", ".join(parts)

    def _seconds_left(self) -> float | None:
        """From the time so far, and the share of all epochs that were trained in it; kept jobs took none."""
        kept = sum(job.status.state == "kept" for job in self._jobs)
        share = sum(_share(job) for job in self._jobs if job.status.state != "kept")
        return (monotonic() - self._began) * (self._total - kept - share) / share if share > 0 else None

    def _best_jobs(self, count: int) -> list[Job]:
        outcomes = [(job.status.outcome, job) for job in self._jobs if job.round != FINAL]
        done = [
            (as_loss(getattr(outcome, self._objective), self._objective), job) for outcome, job in outcomes if outcome and not outcome.note
        ]
        return [job for _, job in nsmallest(count, done, key=lambda pair: pair[0])]

    def _table(self) -> "RenderableType":
        from rich.console import Group
        from rich.table import Table

        table = Table("job", "settings", "state", "epoch", "validation")
        running = [job for job in self._jobs if job.status.state == "running"]
        failed = [job for job in self._jobs if job.status.state == "failed"][-FAILED_SHOWN:]
        for job in (*running, *self._best_jobs(BEST_SHOWN), *failed):
            epoch = job.status.epoch if job.status.outcome is None else job.status.outcome.epochs
            style = {"failed": "red", "running": "bold"}.get(job.status.state)
            trained = "" if job.config is None else f"{epoch:.0f}/{job.epochs:.0f}"  # of choices that break a rule there is no length
            cells = [str(job.number + 1), job.label, job.status.state, trained, _validation(job.status)]
            table.add_row(*cells, style=style)
        return Group(self._summary(), table)


def format_objective(job: Job, objective: str) -> str:
    """The figure that counts, for people."""
    value = getattr(job.status.outcome, objective)
    return f"{value:.4f}" if objective == "val_cost" else f"{value:.2%}"


def describe_outcome(status: Status) -> str:
    """A line on an outcome."""
    outcome = status.outcome
    assert outcome is not None
    if outcome.note:
        return f"{outcome.note} after {outcome.epochs:g} epochs ({format_duration(outcome.seconds)})"
    when = "cached" if status.state == "kept" else format_duration(outcome.seconds)
    return f"validation {outcome.val_accuracy:.2%}, test {outcome.test_accuracy:.2%} ({when})"


def _validation(status: Status) -> str:
    accuracy = status.val_accuracy if status.outcome is None else status.outcome.val_accuracy
    return "" if accuracy is None else f"{accuracy:.2%}"


def _share(job: Job) -> float:
    return 1.0 if job.status.state in ENDED else job.status.epoch / job.epochs
