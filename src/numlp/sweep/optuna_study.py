"""Optuna's parts of a search: distributions, the storage that processes share, pruning, importance."""

import logging
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numlp.config.search import SearchConfig
from numlp.sweep.space import Choice, Point, Range, Space

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial, Trial

STEPS_AN_EPOCH = 1000  # reports are counted in whole numbers: thousandths of an epoch


@dataclass(frozen=True)
class SharedStudy:
    """A study that other processes reach, by its name in the storage in the file `journal`."""

    journal: Path
    name: str

    def load(self, search: SearchConfig) -> "Study":
        """The study, which another process began."""
        with quiet():
            from optuna import load_study

            return load_study(study_name=self.name, storage=open_journal(self.journal), pruner=pruner(search))


def distribution(dimension: Choice | Range) -> Any:
    """As Optuna has it; steps as their places, so that their order counts."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(dimension, Choice):
        return IntDistribution(0, len(dimension.values) - 1) if dimension.ordered else CategoricalDistribution(dimension.values)
    if dimension.whole:
        return IntDistribution(int(dimension.low), int(dimension.high), log=dimension.log)
    return FloatDistribution(dimension.low, dimension.high, log=dimension.log)


def to_optuna(dimension: Choice | Range, text: str) -> Any:
    """As Optuna has a value."""
    if isinstance(dimension, Choice):
        return dimension.values.index(text) if dimension.ordered else text
    return int(text) if dimension.whole else float(text)


def to_override(dimension: Choice | Range, value: Any) -> str:
    """As an override has it."""
    if isinstance(dimension, Choice):
        return dimension.values[value] if dimension.ordered else str(value)
    return dimension.text(value)


def open_journal(path: Path) -> Any:
    """The storage in a file that several processes, also of several machines, may write."""
    from optuna.storages.journal import JournalFileBackend, JournalStorage

    return JournalStorage(JournalFileBackend(str(path)))


def load_trial(study: "Study", number: int) -> "Trial":
    """A trial that another process asked for."""
    from optuna.trial import Trial

    (frozen,) = [trial for trial in study.get_trials(deepcopy=False) if trial.number == number]
    return Trial(study, frozen._trial_id)


def pruner(search: SearchConfig) -> Any:
    """Gives up what is above the median of the trials before at the same step."""
    from optuna.pruners import MedianPruner

    return MedianPruner(n_startup_trials=search.startup, n_warmup_steps=math.ceil(search.warmup * STEPS_AN_EPOCH))


def tell(study: "Study", number: int, loss: float | None, pruned: bool) -> None:
    """What became of a trial: `loss` is None when it failed; what the process that trained it has told is not told again."""
    from optuna.trial import TrialState

    state = TrialState.PRUNED if pruned else TrialState.FAIL if loss is None else None
    study.tell(number, None if state is not None else loss, state=state, skip_if_finished=True)


def importance(space: Space, tried: Sequence[tuple[Point, float]]) -> dict[str, float]:
    """The share that each key has in what makes the best trials differ from the rest; none of too few trials, or of one key.

    Args:
        space: Of the first round.
        tried: Points, and what they were judged by, the lower the better.

    Source: Watanabe, Bansal and Hutter 2023, PED-ANOVA, arXiv:2304.10255.
    """
    finite = [(point, loss) for point, loss in tried if math.isfinite(loss)]
    if len(space) < 2 or len(finite) < 4 or len({loss for _, loss in finite}) < 2:
        return {}
    with quiet():
        import optuna

        study = optuna.create_study()
        study.add_trials([_frozen(space, point, loss) for point, loss in finite])
        return dict(optuna.importance.get_param_importances(study))


@contextmanager
def quiet() -> Iterator[None]:
    """Without Optuna's reports of what it does, and its notes on what may change."""
    log = logging.getLogger("optuna")
    before = log.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        try:
            yield
        finally:
            log.setLevel(before)


def _frozen(space: Space, point: Point, loss: float) -> "FrozenTrial":
    from optuna.trial import create_trial

    params = {key: to_optuna(dimension, point[key]) for key, dimension in space.items()}
    return create_trial(params=params, distributions={key: distribution(d) for key, d in space.items()}, value=loss)
