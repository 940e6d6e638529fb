"""The trials of a round: Optuna's samplers by ask and tell; a grid is a list of points to ask for."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import optuna
from optuna.samplers import BaseSampler, QMCSampler, RandomSampler, TPESampler
from optuna.trial import TrialState

from numlp.config.search import Round
from numlp.runs.pruning import STUDY, open_journal
from numlp.sweep.space import Point, Space, grid
from numlp.training.plan import SEARCH, stream

SAMPLERS: dict[str, Callable[[int], BaseSampler]] = {
    "grid": RandomSampler,  # it never samples
    "random": RandomSampler,
    "qmc": lambda seed: QMCSampler(scramble=True, seed=seed, warn_independent_sampling=False),
    "tpe": lambda seed: TPESampler(seed=seed, multivariate=True, constant_liar=True),
}


class Study:
    """The trials of one round.

    The same seed and losses give the same points, so a sweep that is repeated finds its results and goes on where it was.

    Args:
        settings: Sampler and number of trials.
        space: The keys that vary.
        seed: Seed of the search.
        place: Number of the round, from 0.
        parallel: Trials that tpe proposes at once.
        journal: File that the processes of a search with pruning share.

    Attributes:
        left: Trials that are still to be asked for.
    """

    def __init__(self, settings: Round, space: Space, seed: int, place: int, parallel: int, journal: Path | None) -> None:
        number = int(np.random.SeedSequence([stream(seed, SEARCH).generate_state(1)[0], place]).generate_state(1)[0])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = SAMPLERS[settings.sampler](number)
        storage = open_journal(str(journal)) if journal else None
        self._study = optuna.create_study(study_name=STUDY, storage=storage, sampler=sampler)
        self._space, self.left = space, count_trials(settings, space)
        self._at_once = parallel if settings.sampler == "tpe" else self.left
        for point in grid(space, settings.trials) if settings.sampler == "grid" else ():
            self._study.enqueue_trial({key: space[key].encode(text) for key, text in point.items()})

    def ask(self) -> list[tuple[int, Point]]:
        """The next trials, number and point; none at the end."""
        count = min(self._at_once, self.left)
        self.left -= count
        distributions = {key: dimension.distribution for key, dimension in self._space.items()}
        trials = [self._study.ask(distributions) for _ in range(count)]
        return [(trial.number, {key: d.decode(trial.params[key]) for key, d in self._space.items()}) for trial in trials]

    def tell(self, number: int, loss: float | None) -> None:
        """Tell the loss of a trial; None if it failed. What its job has told already stays."""
        self._study.tell(number, loss, state=TrialState.FAIL if loss is None else None, skip_if_finished=True)


def count_trials(settings: Round, space: Space) -> int:
    """Number of trials of a round; of a later grid, as if its intervals were not narrowed."""
    return len(grid(space, settings.trials)) if settings.sampler == "grid" else settings.trials
