"""The trials of a round: Optuna's samplers by ask and tell; a grid is a list of points to ask for. And a job's view of its trial."""

import logging
import math
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import optuna
from optuna.samplers import BaseSampler, QMCSampler, RandomSampler, TPESampler
from optuna.storages.journal import JournalFileBackend, JournalStorage
from optuna.trial import Trial, TrialState

from numlp.config.search import Round, Search
from numlp.results.outcome import STEPS_PER_EPOCH, Outcome, PrunedError, loss
from numlp.sweep.space import Choice, Point, Space, grid
from numlp.training.history import Record
from numlp.training.plan import SEARCH, stream

STUDY = "round"  # the one study of a journal file
SAMPLERS: dict[str, Callable[[int], BaseSampler]] = {
    "grid": RandomSampler,  # it never samples
    "random": RandomSampler,
    "qmc": lambda seed: QMCSampler(scramble=True, seed=seed, warn_independent_sampling=False),
    "tpe": lambda seed: TPESampler(seed=seed, multivariate=True, constant_liar=True),
}

optuna.logging.set_verbosity(logging.ERROR)


class Study:
    """The trials of one round.

    The same seed and losses give the same points, so a sweep that is repeated finds its results and goes on where it was.
    The processes of a search with pruning share a journal in the folder `notes`.
    """

    def __init__(self, search: Search, place: int, space: Space, side_by_side: int = 1, notes: Path = Path()) -> None:
        settings = search.all_rounds()[place]
        seed = int(np.random.SeedSequence([stream(search.seed, SEARCH).generate_state(1)[0], place]).generate_state(1)[0])
        with warnings.catch_warnings(action="ignore", category=optuna.exceptions.ExperimentalWarning):
            sampler = SAMPLERS[settings.sampler](seed)
        self.place = place
        self.journal = str(notes / f"study-{place + 1}.journal") if search.prune and not search.dry_run else ""
        storage = JournalStorage(JournalFileBackend(self.journal)) if self.journal else None
        self._study = optuna.create_study(study_name=STUDY, storage=storage, sampler=sampler)
        self._space, self._left = space, count_trials(settings, space)
        self._at_once = search.parallel or side_by_side if settings.sampler == "tpe" else self._left
        if settings.sampler == "grid":
            self._space = {key: Choice(dimension.grid(settings.trials)) for key, dimension in space.items()}
            for point in grid(space, settings.trials):
                self._study.enqueue_trial(point)

    def ask(self) -> list[tuple[int, Point]]:
        """The next trials, number and point; none at the end."""
        count = min(self._at_once, self._left)
        self._left -= count
        distributions = {key: dimension.distribution for key, dimension in self._space.items()}
        trials = [self._study.ask(distributions) for _ in range(count)]
        return [(trial.number, {key: d.decode(trial.params[key]) for key, d in self._space.items()}) for trial in trials]

    def tell(self, number: int, value: float | None) -> None:
        """Tell the loss of a trial; None if it failed. What its job has told already stays."""
        self._study.tell(number, value, state=TrialState.FAIL if value is None else None, skip_if_finished=True)


def count_trials(settings: Round, space: Space) -> int:
    """Number of trials of a round; of a later grid, as if its intervals were not narrowed."""
    return len(grid(space, settings.trials)) if settings.sampler == "grid" else settings.trials


class Watch:
    """Reports the curve of a job's trial by the journal, and tells its end.

    The job tells the end itself, because the pruner compares with trials that have ended, and the sweep hears of its jobs when the
    last of them has ended.
    """

    def __init__(self, search: Search) -> None:
        storage = JournalStorage(JournalFileBackend(search.job.study))
        pruner = optuna.pruners.MedianPruner(n_startup_trials=search.startup, n_warmup_steps=math.ceil(search.warmup * STEPS_PER_EPOCH))
        self._study = optuna.load_study(study_name=STUDY, storage=storage, pruner=pruner)
        number = storage.get_study_id_from_name(STUDY)
        self._trial = Trial(self._study, storage.get_trial_id_from_study_id_trial_number(number, search.job.trial))
        self._before = self._study.get_trials()[search.job.trial]  # the trial as a lost process left it
        self._objective = search.objective

    def report(self, record: Record) -> None:
        """Report the validation cost of a record; raise PrunedError if it is above the median of the earlier trials."""
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
        value, pruned = loss(getattr(outcome, self._objective), self._objective), outcome.state == "pruned"
        self._study.tell(self._trial, None if pruned else value, TrialState.PRUNED if pruned else None)
