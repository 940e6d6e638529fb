"""Training as a generator of records."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from numlp.arrays import Array
from numlp.blas import under_threads
from numlp.data.preprocess import Part
from numlp.nn.loss import cross_entropy_gradient
from numlp.nn.moments import set_from_batch, update_moving_average
from numlp.nn.network import Network, Pass
from numlp.optim.optimisers import Optimiser
from numlp.optim.schedules import Schedule
from numlp.training.batches import epoch_batches, epoch_steps
from numlp.training.evaluator import Evaluator, Scores
from numlp.training.history import Record


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
        cost: What the training columns of a record show: full, aggregated or smoothed (see `_train_scores`).
        threads: Of BLAS.
    """

    steps: int
    batch_size: int
    schedule: Schedule
    lam: float
    ema_decay: float
    batch_seed: int
    record_at: frozenset[int]
    cost: str = "full"
    threads: int = 1


@dataclass
class Progress:
    """How far a run is.

    Attributes:
        step: Updates made, as of the latest record or stop.
        seen: (4,) batches recorded, and of their cost, loss and accuracy the sums (aggregated) or moving averages (smoothed).
        stop: Not 0 ends the training after the update at hand; the number of the signal that asks for it.
    """

    step: int = 0
    seen: Array = field(default_factory=lambda: np.zeros(4))
    stop: int = 0


def train(network: Network, optimiser: Optimiser, data: Part, val: Part, plan: Plan, progress: Progress | None = None) -> Iterator[Record]:
    """Train `network` in place from `progress` on, and yield a record after each of `plan.record_at` updates."""
    return under_threads(plan.threads, _train(network, optimiser, data, val, plan, Progress() if progress is None else progress))


def _train(network: Network, optimiser: Optimiser, data: Part, val: Part, plan: Plan, progress: Progress) -> Iterator[Record]:
    evaluator = Evaluator(network)
    passes = Passes(network)
    per_epoch = epoch_steps(len(data.labels), plan.batch_size)

    def record(step: int, batch: Part) -> Record:
        t, v = _train_scores(plan, evaluator, data, batch, progress.seen), evaluator.scores(val, plan.lam)
        progress.step = step
        eta = plan.schedule(max(step - 1, 0))
        return Record(step, step / per_epoch, eta, t.cost, t.loss, t.accuracy, v.cost, v.loss, v.accuracy)

    for step, index in enumerate(batches(plan, len(data.labels), progress.step), progress.step):
        batch, x, labels = passes.gather(data, index)
        if step == 0:
            set_from_batch(network, x)  # where the moving average starts
            if 0 in plan.record_at:
                yield record(0, Part(x, labels))
        update(network, optimiser, batch, x, labels, plan.schedule(step), plan.lam)
        update_moving_average(network, batch, plan.ema_decay)
        if step + 1 in plan.record_at:
            yield record(step + 1, Part(x, labels))
        if progress.stop:
            progress.step = step + 1
            return


def update(network: Network, optimiser: Optimiser, batch: Pass, x: Array, labels: NDArray[np.intp], eta: float, lam: float) -> None:
    """One step on (N, d) images and (N,) labels: forward, gradient of the loss, backward, penalty, optimiser."""
    logits = batch.forward(x, train=True)
    batch.backward(cross_entropy_gradient(logits, labels))
    optimiser.update(network.params.vector, network.grads.vector, eta, decay=2 * lam)


class Passes:
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


def batches(plan: Plan, n: int, first: int) -> Iterator[NDArray[np.intp]]:
    """Index arrays of the updates from `first` on, over `n` training images."""
    epoch, done = divmod(first, epoch_steps(n, plan.batch_size))
    step = first
    while step < plan.steps:
        for index in islice(epoch_batches(plan.batch_seed, epoch, n, plan.batch_size), done, done + plan.steps - step):
            yield index
            step += 1
        epoch, done = epoch + 1, 0


def _train_scores(plan: Plan, evaluator: Evaluator, data: Part, batch: Part, seen: Array) -> Scores:
    """Scores over the whole training split (full), or from the batches recorded so far.

    These give their mean (aggregated), or 0.99 * old + 0.01 * new, started at the first one (smoothed).
    """
    if plan.cost == "full":
        return evaluator.scores(data, plan.lam)
    new = np.array(astuple(evaluator.scores(batch, plan.lam)))
    count, values = seen[0], seen[1:]
    if plan.cost == "aggregated":
        values += new
        shown = values / (count + 1)
    else:
        values[:] = new if count == 0 else 0.99 * values + 0.01 * new
        shown = values
    seen[0] += 1
    return Scores(*shown.tolist())
