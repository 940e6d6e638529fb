"""Which trials a round has: all of a grid, or what Optuna's samplers ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from numlp.config.search import RoundConfig, SearchConfig
from numlp.errors import require
from numlp.sweep.optuna_study import distribution, internal, open_journal, pruner, quiet, tell, text
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

    study: str | None  # its name in the storage; None when nothing is pruned

    def ask(self) -> list[Proposal]:
        """The next trials, none when there are no more."""

    def tell(self, proposal: Proposal, loss: float | None, pruned: bool) -> None:
        """What became of a trial: what it is judged by, the lower the better; None when it failed."""


class Listed:
    """A grid, whose trials are known beforehand and need no Optuna."""

    study: str | None = None

    def __init__(self, points: Sequence[Point]) -> None:
        self._left = [Proposal(number, point) for number, point in enumerate(points)]

    def ask(self) -> list[Proposal]:
        """All of them, once."""
        asked, self._left = self._left, []
        return asked

    def tell(self, proposal: Proposal, loss: float | None, pruned: bool) -> None:
        """Nothing follows from it."""


class Asked:
    """Trials of an Optuna study by ask and tell, minimising.

    Args:
        study: New.
        shared: Whether other processes can reach it.
        space: What it is asked for.
        points: Of a grid, which then are its trials.
        trials: How many.
        at_once: How many before the first of them is told.
    """

    def __init__(self, study: "Study", shared: bool, space: Space, points: Sequence[Point], trials: int, at_once: int) -> None:
        self._study, self._space, self._trials, self._at_once = study, space, trials, at_once
        self._asked = 0
        self.study: str | None = study.study_name if shared else None
        for point in points:
            study.enqueue_trial({key: internal(space[key], text) for key, text in point.items()})

    def ask(self) -> list[Proposal]:
        """The next ones."""
        count = min(self._at_once, self._trials - self._asked)
        self._asked += count
        made = {key: distribution(dimension) for key, dimension in self._space.items()}
        with quiet():
            trials = [self._study.ask(made) for _ in range(count)]
        return [Proposal(trial.number, {k: text(self._space[k], trial.params[k]) for k in self._space}) for trial in trials]

    def tell(self, proposal: Proposal, loss: float | None, pruned: bool) -> None:
        """Tell the study."""
        tell(self._study, proposal.number, loss, pruned)


def count(each: RoundConfig, space: Space) -> int:
    """How many trials a round has; of a later grid, as if its ranges were not narrowed."""
    return len(grid(space, each.trials)) if each.sampler == "grid" else each.trials


def check_rounds(rounds: Sequence[RoundConfig], space: Space) -> None:
    """Raise UserError when a round cannot follow from the one before."""
    for before, each in pairwise(rounds):
        made = count(before, space)
        require(each.best <= made, "search.rounds.best", f"at most the {made} trials of the round before", best=each.best)
    for key, dimension in space.items():
        if len(rounds) > 1 and isinstance(dimension, Range):
            require(dimension.low > 0, key, "a range above 0, as later rounds narrow it on a log scale", low=dimension.low)


def begin_round(search: SearchConfig, place: int, space: Space, at_once: int, journal: Path) -> Round:
    """The round `place` of a search.

    Args:
        search: All rounds.
        place: Of this one, from 0.
        space: What it is to try.
        at_once: Trials that tpe is asked for before the first of them is told.
        journal: The file by which processes share the study, where trials are pruned.
    """
    each = search.all_rounds()[place]
    points = grid(space, each.trials) if each.sampler == "grid" else []
    if each.sampler == "grid" and not search.prune:
        return Listed(points)
    trials = len(points) or each.trials
    with quiet():
        from optuna import create_study

        storage = open_journal(journal) if search.prune else None
        name = f"round-{place + 1}"
        study = create_study(storage=storage, sampler=_sampler(each, search.seed, place), pruner=pruner(search), study_name=name)
    return Asked(study, search.prune, space, points, trials, at_once if each.sampler == "tpe" else trials)


def _sampler(each: RoundConfig, seed: int, place: int) -> "BaseSampler":
    from optuna.samplers import QMCSampler, RandomSampler, TPESampler

    number = int(np.random.SeedSequence([stream(seed, SEARCH).generate_state(1)[0], place]).generate_state(1)[0])
    if each.sampler == "tpe":
        return TPESampler(seed=number, multivariate=True, constant_liar=True)
    if each.sampler == "qmc":
        return QMCSampler(scramble=True, seed=number, warn_independent_sampling=False)
    return RandomSampler(seed=number)
