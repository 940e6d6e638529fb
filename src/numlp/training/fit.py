"""The one way to train a configuration, whoever asks for it: with what it imports, all the code that a result follows from."""

from collections.abc import Iterator, Sequence

from numlp.blas import blas_threads
from numlp.config import Config
from numlp.data.preprocess import Name, Prepared
from numlp.training import build
from numlp.training.divergence import check_convergence
from numlp.training.evaluator import Evaluator, Scores
from numlp.training.final_moments import check_moments, set_final_moments
from numlp.training.history import Record
from numlp.training.state import State
from numlp.training.trainer import train
from numlp.training.updates import Updates


def begin_state(config: Config) -> State:
    """The state of a new run: initial weights, and an optimiser that has not moved."""
    network = build.network(config)
    return State(network, build.optimiser(config.optim, network, config.average))


def check_fit(config: Config, data: Prepared) -> None:
    """Raise UserError when `config` breaks a rule that depends on the data."""
    build.plan(config, len(data.part("train").labels))
    check_moments(config, data)


def fit(config: Config, data: Prepared, state: State, ahead: bool = False, updates: type[Updates] = Updates) -> Iterator[Record]:
    """Train `state` in place from where it is to the end of the run.

    Then replace weights by their average, and batch norm's moments, where the run asks for it.

    With `ahead` a second thread takes its share of the work (see `train`), which changes no bit. `updates` spells out a step.

    Yields:
        Each new record, which is the last of `state.records` by then.

    Raises:
        DivergedError: The cost is not finite, or has stayed too high. The record that shows it is the last of `state.records`, and is
            not yielded: a state that has diverged is not worth a checkpoint.
    """
    part = data.part("train")
    plan = build.plan(config, len(part.labels))
    for record in train(state.network, state.optimiser, part, data.part("val"), plan, state.progress, ahead, updates):
        state.records.append(record)
        check_convergence(state.records, config.train.diverged.cost, config.train.diverged.records)
        yield record
    if not state.progress.stop:
        if config.average > 0:
            state.network.params.vector[:] = state.optimiser.averaged()
        with blas_threads(config.train.threads):
            set_final_moments(config, state.network, data)


def score_splits(config: Config, data: Prepared, state: State, names: Sequence[Name]) -> dict[Name, Scores]:
    """Scores of the trained network over the splits `names`."""
    evaluator = Evaluator(state.network)
    with blas_threads(config.train.threads):
        return {name: evaluator.scores(data.part(name), config.lam) for name in names}
