"""The one way to train a configuration, whoever asks for it: with what it imports, all the code that a result follows from."""

from collections.abc import Iterator, Sequence

from numlp.blas import blas_threads
from numlp.config import Config
from numlp.data.preprocess import Name, Prepared
from numlp.training import build
from numlp.training.divergence import DivergedError, find_origin, has_diverged
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
        if has_diverged(state.records, config.train.diverged.cost, config.train.diverged.records):
            raise DivergedError(f"the run diverged: expected a finite cost below {config.train.diverged.cost:g}")
        yield record
    if not state.progress.stop:
        if config.average > 0:
            state.network.params.vector[:] = state.optimiser.averaged()
        with blas_threads(config.train.threads):
            set_final_moments(config, state.network, data)


def locate_divergence(
    config: Config, data: Prepared, before: State, records: Sequence[Record], updates: type[Updates] = Updates
) -> DivergedError:
    """The error of a run that has diverged, with the step, the rate and the layer where that began.

    Args:
        config: Of the run.
        data: Of the run.
        before: The state of its last checkpoint, or a new one; it is trained on, with every step checked.
        records: Of the run, to the one that shows the divergence.
        updates: Spells out a step of the run.
    """
    bounds, part = config.train.diverged, data.part("train")
    with blas_threads(config.train.threads):
        began = find_origin(before, part, build.plan(config, len(part.labels)), records, bounds.records, updates)
    last = records[-1]
    return DivergedError(
        f"the run diverged: expected a finite cost below {bounds.cost:g}, got {last.train_cost:.4g} (validation {last.val_cost:.4g}) at "
        f"step {last.step}; it began at step {began.step} in {began.layer}, at learning rate {began.eta:.4g}. Try a lower one (schedule)"
    )


def score_splits(config: Config, data: Prepared, state: State, names: Sequence[Name]) -> dict[Name, Scores]:
    """Scores of the trained network over the splits `names`."""
    evaluator = Evaluator(state.network)
    with blas_threads(config.train.threads):
        return {name: evaluator.scores(data.part(name), config.lam) for name in names}
