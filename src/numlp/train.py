"""Training as a generator of records."""

from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from numlp.arrays import Array
from numlp.data.batches import epoch_batches, epoch_steps
from numlp.data.preprocess import Part
from numlp.evaluate import Evaluator, Scores
from numlp.history import Record
from numlp.nn.loss import cross_entropy_gradient
from numlp.nn.moments import set_from_batch, update_moving_average
from numlp.nn.network import Network, Pass
from numlp.optim.optimisers import Optimiser
from numlp.optim.schedules import Schedule


@dataclass(frozen=True)
class Plan:
    """How to train.

    Attributes:
        steps: Updates in all.
        batch_size: Images of an update; an epoch's last batch may be smaller.
        schedule: From the update step to eta.
        lam: Weight of the penalty.
        ema_decay: Weight of the old moments in batch norm's moving average.
        batch_seed: Of the order of the images.
        record_at: Updates after which to record; 0 is before the first.
        cost: What the training columns of a record show (see `TrainScores`).
    """

    steps: int
    batch_size: int
    schedule: Schedule
    lam: float
    ema_decay: float
    batch_seed: int
    record_at: frozenset[int]
    cost: str = "full"


def train(network: Network, optimiser: Optimiser, data: Part, val: Part, plan: Plan) -> Iterator[Record]:
    """Train `network` in place, and yield a record after each of `plan.record_at` updates."""
    evaluator = Evaluator(network)
    train_scores = TRAIN_SCORES[plan.cost](evaluator, data, plan.lam)
    passes = _Passes(network)
    per_epoch = epoch_steps(len(data.labels), plan.batch_size)

    def record(step: int, batch: Part) -> Record:
        t, v = train_scores(batch), evaluator.scores(val, plan.lam)
        eta = plan.schedule(max(step - 1, 0))
        return Record(step, step / per_epoch, eta, t.cost, t.loss, t.accuracy, v.cost, v.loss, v.accuracy)

    for step, index in enumerate(_batches(plan, len(data.labels))):
        batch, x, labels = passes.gather(data, index)
        if step == 0:
            set_from_batch(network, x)  # where the moving average starts
            if 0 in plan.record_at:
                yield record(0, Part(x, labels))
        update(network, optimiser, batch, x, labels, plan.schedule(step), plan.lam)
        update_moving_average(network, batch, plan.ema_decay)
        if step + 1 in plan.record_at:
            yield record(step + 1, Part(x, labels))


def update(network: Network, optimiser: Optimiser, batch: Pass, x: Array, labels: NDArray[np.intp], eta: float, lam: float) -> None:
    """One step on (N, d) images and (N,) labels: forward, gradient of the loss, backward, penalty, optimiser."""
    logits = batch.forward(x, train=True)
    batch.backward(cross_entropy_gradient(logits, labels))
    network.add_penalty_gradient(lam)
    optimiser.update(network.params.vector, network.grads.vector, eta)


class _Passes:
    """A pass and an input buffer for each size of batch: the usual one, and an epoch's last."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._made: dict[int, tuple[Pass, Array]] = {}

    def gather(self, data: Part, index: NDArray[np.intp]) -> tuple[Pass, Array, NDArray[np.intp]]:
        """The pass for a batch of this size, and the batch's images and labels, copied together once."""
        n = len(index)
        if n not in self._made:
            self._made[n] = (Pass(self.network, n), np.empty((n, data.x.shape[1]), data.x.dtype))
        batch, x = self._made[n]
        # mode="clip" lets take write straight to the buffer; with "raise" it makes a copy first
        np.take(data.x, index, axis=0, out=x, mode="clip")
        return batch, x, data.labels[index]


def _batches(plan: Plan, n: int) -> Iterator[NDArray[np.intp]]:
    step = epoch = 0
    while step < plan.steps:
        for index in epoch_batches(plan.batch_seed, epoch, n, plan.batch_size):
            if step == plan.steps:
                return
            yield index
            step += 1
        epoch += 1


TrainScores = Callable[[Part], Scores]
"""What the training columns show, given the batch at hand."""


def _full(evaluator: Evaluator, data: Part, lam: float) -> TrainScores:
    """Scores over the whole training split."""
    return lambda batch: evaluator.scores(data, lam)


def _aggregated(evaluator: Evaluator, data: Part, lam: float) -> TrainScores:
    """Mean of the scores of all batches recorded so far."""
    seen: list[Scores] = []

    def scores(batch: Part) -> Scores:
        seen.append(evaluator.scores(batch, lam))
        n = len(seen)
        return Scores(sum(s.cost for s in seen) / n, sum(s.loss for s in seen) / n, sum(s.accuracy for s in seen) / n)

    return scores


def _smoothed(evaluator: Evaluator, data: Part, lam: float) -> TrainScores:
    """0.99 * old + 0.01 * new over the batches recorded, started at the first one's."""
    old: Scores | None = None

    def scores(batch: Part) -> Scores:
        nonlocal old
        new = evaluator.scores(batch, lam)
        if old is not None:
            new = Scores(*(0.99 * a + 0.01 * b for a, b in zip(astuple(old), astuple(new), strict=True)))
        old = new
        return new

    return scores


TRAIN_SCORES: dict[str, Callable[[Evaluator, Part, float], TrainScores]] = {"full": _full, "aggregated": _aggregated, "smoothed": _smoothed}
