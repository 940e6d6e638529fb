"""A job where it runs, in whatever process or node: it tells a file how it is, and asks the study whether to go on."""

import os
import traceback
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from numlp.config.search import SearchConfig
from numlp.errors import UserError
from numlp.runs.outcome import PRUNED, Member, Outcome, PrunedError, content, kept_outcome
from numlp.sweep.jobs import State, write_status
from numlp.sweep.optuna_study import STEPS_AN_EPOCH, load, running, tell
from numlp.sweep.trials import as_loss
from numlp.tracking import one_line
from numlp.training.history import Record

if TYPE_CHECKING:
    from optuna import Study

LOG = "log.txt"


@dataclass(frozen=True)
class Order:
    """What a job is told beside its choices.

    Attributes:
        status: The file that it tells how it is.
        trial: In the round's study.
        run_id: Of its MLflow run, when it was cut off before.
        tags: For that run.
        record: Where its outcome is kept,
        pruned: or that it was pruned.
    """

    status: Path
    trial: int
    run_id: str
    tags: Mapping[str, str]
    record: Path
    pruned: Path


@dataclass(frozen=True)
class Perform:
    """Hydra's task: a job of a sweep.

    Attributes:
        task: Trains, given choices and a `Member`.
        orders: By the job's number in the launch.
        parent: MLflow's id of the sweep.
        stop: When this file is there, no further job begins.
        fail_fast: Whether a job that fails makes it.
        rerun: Whether a record from before does not count.
        search: Whether and how to prune.
        journal: The study's storage,
        study: and its name there; None when nothing is pruned.
    """

    task: Callable[[DictConfig, Member], Any]
    orders: Mapping[int, Order]
    parent: str
    stop: Path
    fail_fast: bool
    rerun: bool
    search: SearchConfig
    journal: Path
    study: str | None

    def __call__(self, config: DictConfig) -> None:
        """Run the job whose number Hydra says; its error goes to its file, and not to Hydra, which would show the first alone."""
        hydra = HydraConfig.get()
        order, log = self.orders[hydra.job.num], Path(hydra.runtime.output_dir) / LOG
        if self.stop.exists():
            return
        if not self.rerun and (kept := kept_outcome(order.record, order.pruned)) is not None:  # by another sweep, or a node now lost
            self._end(order, kept, "kept")
            return
        write_status(order.status, state="running")
        member = Member(self.parent, order.run_id, order.tags, order.record, order.pruned, self._watch(order))
        with log.open("a", buffering=1) as file, redirect_stdout(file):
            try:
                made = self.task(config, member)
            except Exception as error:
                traceback.print_exc(file=file)
                said = str(error) if isinstance(error, UserError) else one_line(error)
                if self.fail_fast:
                    self.stop.touch()
                write_status(order.status, state="failed", error=said, log=os.path.relpath(log))
                return
        self._end(order, made, "done")

    def _end(self, order: Order, made: Outcome | None, state: State) -> None:
        if made is None:
            write_status(order.status, state="stopped")
            return
        if self.study is not None:  # now, not when all of the round have ended: those that still run are compared with it
            figure = getattr(made, self.search.objective)
            tell(self._load(), order.trial, as_loss(figure, self.search.objective), made.note == PRUNED)
        write_status(order.status, state=state, outcome=content(made))

    def _watch(self, order: Order) -> Callable[[Record], None]:
        def say(record: Record) -> None:
            write_status(order.status, state="running", epoch=record.epoch, val_accuracy=record.val_accuracy)

        if self.study is None:
            return say
        trial = running(self._load(), order.trial)

        def say_and_ask(record: Record) -> None:
            say(record)
            trial.report(record.val_cost, round(record.epoch * STEPS_AN_EPOCH))
            if trial.should_prune():
                raise PrunedError

        return say_and_ask

    def _load(self) -> "Study":
        assert self.study is not None
        return load(self.journal, self.study, self.search)
