"""Which trials a round has: all of a grid, or what Optuna's samplers ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from numlp.config.search import RoundConfig, SearchConfig
from numlp.errors import require
from numlp.sweep.optuna_study import SharedStudy, distribution, open_journal, pruner, quiet, tell, to_optuna, to_override
from numlp.sweep.space import Point, Range, Space, grid
from numlp.training.build import SEARCH, stream

if TYPE_CHECKING:
    from optuna import Study
    from optuna.samplers import BaseSampler


@dataclass(frozen=True)
class Proposal:
    """A trial to be made; `number` is its place in the round."""

    number: int
    point: Point


class Round(Protocol):
    """The trials of a round."""

    study: SharedStudy | None  # None when nothing is pruned

    def ask(self) -> list[Proposal]:
        """The next trials, none when there are no more."""

    def tell(self, proposal: Proposal, loss: float | None, pruned: bool) -> None:
        """What became of a trial: what it is judged by, the lower the better; None when it failed."""


class GridRound:
    """A grid, whose trials are known beforehand and need no Optuna."""

    study: SharedStudy | None = None

    def __init__(self, points: Sequence[Point]) -> None:
        self._left = [Proposal(number, point) for number, point in enumerate(points)]

    def ask(self) -> list[Proposal]:
        """All of them, once."""
        proposals, self._left = self._left, []
        return proposals

    def tell(self, proposal: Proposal, loss: float | None, pruned: bool) -> None:
        """Nothing follows from it."""


class StudyRound:
    """Trials of an Optuna study by ask and tell, minimizing.

    Args:
        study: New.
        shared: How other processes reach it, where trials are pruned.
        space: What it is asked for.
        points: Of a grid, which then are its trials.
        trials: How many.
        at_once: How many before the first of them is told.
    """

    def __init__(
        self, study: "Study", shared: SharedStudy | None, space: Space, points: Sequence[Point], trials: int, at_once: int
    ) -> None:
        self._study, self._space, self._left, self._at_once = study, space, trials, at_once
        self.study = shared
        for point in points:
            study.enqueue_trial({key: to_optuna(space[key], text) for key, text in point.items()})

    def ask(self) -> list[Proposal]:
        """The next ones."""
        count = min(self._at_once, self._left)
        self._left -= count
        distributions = {key: distribution(dimension) for key, dimension in self._space.items()}
        with quiet():
            trials = [self._study.ask(distributions) for _ in range(count)]
        return [Proposal(trial.number, {k: to_override(self._space[k], trial.params[k]) for k in self._space}) for trial in trials]

    def tell(self, proposal: Proposal, loss: float | None, pruned: bool) -> None:
        """Tell the study."""
        tell(self._study, proposal.number, loss, pruned)


def count_trials(config: RoundConfig, space: Space) -> int:
    """How many trials a round has; of a later grid, as if its ranges were not narrowed."""
    return len(grid(space, config.trials)) if config.sampler == "grid" else config.trials


def check_rounds(rounds: Sequence[RoundConfig], space: Space) -> None:
    """Raise UserError when a round cannot follow from the one before."""
    for before, after in pairwise(rounds):
        trials = count_trials(before, space)
        require(after.best <= trials, "search.rounds.best", f"at most the {trials} trials of the round before", best=after.best)
    for key, dimension in space.items():
        if len(rounds) > 1 and isinstance(dimension, Range):
            require(dimension.low > 0, key, "a range above 0", "later rounds narrow it on a log scale", low=dimension.low)


def begin_round(search: SearchConfig, place: int, space: Space, at_once: int, journal: Path) -> Round:
    """The round `place` of a search.

    Args:
        search: All rounds.
        place: Of this one, from 0.
        space: What it is to try.
        at_once: Trials that tpe is asked for before the first of them is told.
        journal: The file by which processes share the study, where trials are pruned.
    """
    config = search.all_rounds()[place]
    points = grid(space, config.trials) if config.sampler == "grid" else []
    if config.sampler == "grid" and not search.prune:
        return GridRound(points)
    trials = len(points) or config.trials
    shared = SharedStudy(journal.absolute(), f"round-{place + 1}") if search.prune else None
    with quiet():
        from optuna import create_study

        study = create_study(
            storage=None if shared is None else open_journal(shared.journal),
            sampler=_sampler(config.sampler, search.seed, place),
            pruner=pruner(search),
            study_name=None if shared is None else shared.name,
        )
    return StudyRound(study, shared, space, points, trials, at_once if config.sampler == "tpe" else trials)


def _sampler(name: str, seed: int, place: int) -> "BaseSampler":
    from optuna.samplers import QMCSampler, RandomSampler, TPESampler

    number = int(np.random.SeedSequence([stream(seed, SEARCH).generate_state(1)[0], place]).generate_state(1)[0])
    if name == "tpe":
        return TPESampler(seed=number, multivariate=True, constant_liar=True)
    if name == "qmc":
        return QMCSampler(scramble=True, seed=number, warn_independent_sampling=False)
    return RandomSampler(seed=number)
