"""A job's view of its trial in an Optuna study, which processes share by a journal file."""

import logging
import math

import optuna
from optuna.storages.journal import JournalFileBackend, JournalStorage
from optuna.trial import Trial, TrialState

from numlp.config.search import Search
from numlp.runs.outcome import STEPS_PER_EPOCH, Outcome, PrunedError, loss
from numlp.training.history import Record

STUDY = "round"  # the one study of a journal file

optuna.logging.set_verbosity(logging.ERROR)


def open_journal(path: str) -> JournalStorage:
    """The storage that processes, also of several machines, read and write at once."""
    return JournalStorage(JournalFileBackend(path))


class Watch:
    """Reports the curve of a trial, and tells its end.

    The job tells the end itself, because the pruner compares with trials that have ended, and the sweep hears of its jobs when the
    last of them has ended.
    """

    def __init__(self, search: Search) -> None:
        storage = open_journal(search.job.study)
        pruner = optuna.pruners.MedianPruner(n_startup_trials=search.startup, n_warmup_steps=math.ceil(search.warmup * STEPS_PER_EPOCH))
        self._study = optuna.load_study(study_name=STUDY, storage=storage, pruner=pruner)
        number = storage.get_study_id_from_name(STUDY)
        self._trial = Trial(self._study, storage.get_trial_id_from_study_id_trial_number(number, search.job.trial))
        self._before = self._study.get_trials()[search.job.trial]  # as a process left it that was lost
        self._objective = search.objective

    def report(self, record: Record) -> None:
        """Report the validation cost of a record.

        Raises:
            PrunedError: It is above the median of the earlier trials.
        """
        self._report(round(record.epoch * STEPS_PER_EPOCH), record.val_cost)
        if self._trial.should_prune():
            raise PrunedError

    def _report(self, step: int, cost: float) -> None:
        if step not in self._before.intermediate_values:
            self._trial.report(cost, step)

    def tell(self, outcome: Outcome) -> None:
        """Tell the end; of an outcome that was found and not trained, the curve as well."""
        if self._before.state.is_finished():
            return
        for step, cost in outcome.curve.items() if outcome.cached else ():
            self._report(step, cost)
        if outcome.state == "pruned":
            self._study.tell(self._trial, state=TrialState.PRUNED)
        else:
            self._study.tell(self._trial, loss(getattr(outcome, self._objective), self._objective))
