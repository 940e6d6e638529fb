"""A job where it runs, in whatever process or node: it tells a file how it is, and asks the study whether to go on."""

import os
import traceback
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from numlp.config.compose import to_config
from numlp.config.launchers import GROUP, HERE
from numlp.config.search import SearchConfig, SweepConfig
from numlp.errors import UserError, one_line
from numlp.runs.identity import record_file
from numlp.runs.outcome import PRUNED, Member, Outcome, PrunedError, content, find_outcome
from numlp.runs.output_folder import LOG
from numlp.signals import Terminated
from numlp.sweep.jobs import State, write_status
from numlp.sweep.optuna_study import STEPS_AN_EPOCH, SharedStudy, load_trial, tell
from numlp.sweep.trials import as_loss
from numlp.training.history import Record


@dataclass(frozen=True)
class Order:
    """What a job is told beside its choices.

    Attributes:
        status: The file that it tells how it is.
        trial: In the round's study.
        run_id: Of its MLflow run, when it was cut off before.
        tags: For that run.
        records: The folder of cached results; the file is named where the job runs, because the node's BLAS kernel is part of its name.
        pruned: The file that keeps that the job was pruned.
    """

    status: Path
    trial: int
    run_id: str
    tags: Mapping[str, str]
    records: Path
    pruned: Path


@dataclass(frozen=True)
class Perform:
    """Hydra's task: a job of a sweep.

    Attributes:
        task: Trains, given choices and a `Member`.
        orders: By the job's number in the launch.
        parent: MLflow's id of the sweep.
        stop: When this file is there, no further job begins.
        search: Whether and how to prune.
        sweep: Whether a record from before counts, and whether a job that fails makes `stop`.
        study: The round's; None when nothing is pruned.
    """

    task: Callable[[DictConfig, Member], Any]
    orders: Mapping[int, Order]
    parent: str
    stop: Path
    search: SearchConfig
    sweep: SweepConfig
    study: SharedStudy | None

    def __call__(self, config: DictConfig) -> None:
        """Run the job whose number Hydra says; its error goes to its file, and not to Hydra, which would show the first alone."""
        hydra = HydraConfig.get()
        order, log = self.orders[hydra.job.num], Path(hydra.runtime.output_dir) / LOG
        if self.stop.exists():
            return
        state: State = "kept"
        with log.open("a", buffering=1, encoding="utf-8", errors="backslashreplace") as file, redirect_stdout(file):
            try:
                record = record_file(order.records, to_config(config))
                outcome = None if self.sweep.rerun else find_outcome(record, order.pruned)  # by another sweep, or a node now lost
                if outcome is None:
                    write_status(order.status, state="running")
                    state, member = "done", Member(self.parent, order.run_id, order.tags, record, order.pruned, self._watch(order))
                    outcome = self.task(config, member)
            except (KeyboardInterrupt, Terminated):
                if hydra.runtime.choices[GROUP] not in HERE:  # the signal is the node's: the launcher gives the job to another one
                    raise
                self.stop.touch()
                outcome = None
            except Exception as error:
                traceback.print_exc(file=file)
                message = str(error) if isinstance(error, UserError) else one_line(error)
                if self.sweep.fail_fast:
                    self.stop.touch()
                write_status(order.status, state="failed", error=message, log=os.path.relpath(log))
                return
        self._end(order, outcome, state)

    def _end(self, order: Order, outcome: Outcome | None, state: State) -> None:
        if outcome is None:
            write_status(order.status, state="stopped")
            return
        if self.study is not None:  # now, not when all of the round have ended: those that still run are compared with it
            figure = getattr(outcome, self.search.objective)
            tell(self.study.load(self.search), order.trial, as_loss(figure, self.search.objective), outcome.note == PRUNED)
        write_status(order.status, state=state, outcome=content(outcome))

    def _watch(self, order: Order) -> Callable[[Record], None]:
        def report(record: Record) -> None:
            write_status(order.status, state="running", epoch=record.epoch, val_accuracy=record.val_accuracy)

        if self.study is None:
            return report
        trial = load_trial(self.study.load(self.search), order.trial)

        def report_and_ask(record: Record) -> None:
            report(record)
            trial.report(record.val_cost, round(record.epoch * STEPS_AN_EPOCH))
            if trial.should_prune():
                raise PrunedError

        return report_and_ask
