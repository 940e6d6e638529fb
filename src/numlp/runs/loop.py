"""A run from its last checkpoint to its end: what is shown, logged and kept while it trains; a signal stops it between two updates."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import numpy as np

from numlp.analysis.layer_health import Probe
from numlp.blas import blas_threads
from numlp.config import Config
from numlp.data.preprocess import Prepared
from numlp.runs.checkpoint import Checkpoints
from numlp.signals import asking, stopped
from numlp.training import build
from numlp.training.divergence import DivergedError
from numlp.training.fit import begin_state, fit
from numlp.training.history import LayerHealth, Record
from numlp.training.state import State
from numlp.training.updates import Updates


class Log(Protocol):
    """Where a run's records go, e.g. an MLflow run."""

    def log_record(self, record: Record) -> None:
        """Take a record."""

    def log_health(self, rows: Sequence[LayerHealth]) -> None:
        """Take the health of all layers at a record."""


class NoLog:
    """Takes nothing."""

    def log_record(self, record: Record) -> None:
        """Do nothing."""

    def log_health(self, rows: Sequence[LayerHealth]) -> None:
        """Do nothing."""


def show_nothing(records: Iterable[Record], total: int) -> Iterator[Record]:
    """Pass records on, and show nothing."""
    return iter(records)


def ignore(record: Record) -> None:
    """Watch nothing."""


@dataclass(frozen=True)
class Loop:
    """What a run needs beside its state.

    Attributes:
        kept: The run's checkpoints.
        name: Of the run, in messages.
        show: Passes the records of a run of so many updates on, and may show them.
        ahead: Gather the next batch in a second thread, where a core is free for it.
        updates: Spells out a step of the training.
        watch: Called with each record, those from before an interruption too; what it raises ends the training.
    """

    config: Config
    data: Prepared
    kept: Checkpoints
    name: str
    show: Callable[[Iterable[Record], int], Iterator[Record]] = show_nothing
    watch: Callable[[Record], None] = ignore
    ahead: bool = False
    updates: type[Updates] = Updates

    def new_state(self) -> State:
        """The state of a run before its first update."""
        return begin_state(self.config)

    def begin(self) -> State:
        """The state of the last checkpoint, or of a new run when there is none or `train.resume` is false."""
        state = self.new_state()
        if not self.config.train.resume:
            self.kept.clear()
        elif self.kept.restore(state):
            print(f"train: {self.name} resumes from step {state.progress.step} (train.resume=false starts over)")
        return state

    def run(self, state: State, log: Log) -> None:
        """Train to the end.

        Raises:
            DivergedError: The cost is not finite, or has stayed too high.
            KeyboardInterrupt: Ctrl-C came; the state at the step then made is kept.
            Terminated: The same for SIGTERM or SIGHUP.
        """
        for record in state.records:
            log.log_record(record)  # what the store did not get before the interruption
            self.watch(record)
        log.log_health(state.health)
        with blas_threads(self.config.train.threads), np.errstate(all="ignore"):
            self._train(state, log)
        if state.progress.stop:
            self.kept.save(state, always=True)
            print(f"train: {self.name} stopped after step {state.progress.step}; the same command resumes it", file=sys.stderr)
            raise stopped(state.progress.stop)

    def _train(self, state: State, log: Log) -> None:
        part = self.data.part("train")
        plan = build.plan(self.config, len(part.labels))
        probe = Probe(state.network, part, plan.lam) if self.config.train.health else None
        progress, since = state.progress, perf_counter() - state.seconds
        with asking(lambda number: setattr(progress, "stop", number)):
            try:
                for record in self.show(fit(self.config, self.data, state, self.ahead, self.updates), plan.steps):
                    _log(state, log, probe)
                    state.seconds = perf_counter() - since
                    self.watch(record)
                    if record.step > 0:  # before the first update there is nothing to keep
                        self.kept.save(state)
            except DivergedError:
                _log(state, log, probe)
                raise
            finally:
                state.seconds = perf_counter() - since


def _log(state: State, log: Log, probe: Probe | None) -> None:
    """Log the last record, and the layers' health at it."""
    record = state.records[-1]
    log.log_record(record)
    if probe is not None:
        rows = probe.measure(state.optimiser, record)
        state.health += rows
        log.log_health(rows)
