"""Training as a generator of records."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numlp.arrays import Array
from numlp.blas import under_threads
from numlp.data.preprocess import Part
from numlp.nn.loss import cross_entropy_gradient
from numlp.nn.mode import TRAINING
from numlp.nn.moments import set_from_batch, update_moving_average
from numlp.nn.network import Network, Pass
from numlp.optim.optimisers import Optimiser
from numlp.optim.schedules import Schedule
from numlp.training.batches import batches_from, epoch_steps
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
    evaluator, updates = Evaluator(network), Updates(network, optimiser, data, plan)
    per_epoch = epoch_steps(len(data.labels), plan.batch_size)

    def record(step: int, batch: Batch) -> Record:
        seen = Part(batch.x, batch.labels)
        t, v = _train_scores(plan, evaluator, data, seen, progress.seen), evaluator.scores(val, plan.lam)
        progress.step = step
        eta = plan.schedule(max(step - 1, 0))
        return Record(step, step / per_epoch, eta, t.cost, t.loss, t.accuracy, v.cost, v.loss, v.accuracy)

    for batch in updates.batches(progress.step):
        if batch.step == 0 and 0 in plan.record_at:
            yield record(0, batch)
        updates.apply(batch)
        done = batch.step + 1
        if done in plan.record_at:
            yield record(done, batch)
        if progress.stop:
            progress.step = done
            return


class Batch(NamedTuple):
    """The images of one update.

    Attributes:
        step: Updates made before it.
        x: (N, d) images, in a buffer that the next batch of the same size writes over.
        labels: (N,) classes.
        buffers: The pass for batches of this size.
    """

    step: int
    x: Array
    labels: NDArray[np.intp]
    buffers: Pass


class Updates:
    """The updates of a run: the one place that spells out a step of training.

    Args:
        network: Changed in place by `apply`.
        optimiser: With its state.
        data: The training split.
        plan: Of the run.
    """

    def __init__(self, network: Network, optimiser: Optimiser, data: Part, plan: Plan) -> None:
        self.network, self.optimiser, self.data, self.plan = network, optimiser, data, plan
        self._buffers: dict[int, tuple[Pass, Array]] = {}  # by size: the usual batch, and an epoch's last

    def batches(self, first: int) -> Iterator[Batch]:
        """The batches from update `first` on; the very first one starts the moving average of batch norm's moments."""
        plan = self.plan
        for step, index in enumerate(batches_from(first, plan.steps, plan.batch_seed, len(self.data.labels), plan.batch_size), first):
            buffers, x = self._gather(index)
            if step == 0:
                set_from_batch(self.network, x)
            yield Batch(step, x, self.data.labels[index], buffers)

    def apply(self, batch: Batch) -> None:
        """Forward, gradient of the loss, backward, penalty and update, then the moving average."""
        network, plan = self.network, self.plan
        logits = batch.buffers.forward(batch.x, TRAINING)
        batch.buffers.backward(cross_entropy_gradient(logits, batch.labels))
        self.optimiser.update(network.params.vector, network.grads.vector, plan.schedule(batch.step), decay=2 * plan.lam)
        update_moving_average(network, batch.buffers, plan.ema_decay)

    def _gather(self, index: NDArray[np.intp]) -> tuple[Pass, Array]:
        """The pass for a batch of this size, and the batch's images, copied together once."""
        n = len(index)
        if n not in self._buffers:
            self._buffers[n] = (Pass(self.network, n), np.empty((n, self.data.x.shape[1]), self.data.x.dtype))
        buffers, x = self._buffers[n]
        # mode="clip" lets take write straight to the buffer; with "raise" it makes a copy first
        np.take(self.data.x, index, axis=0, out=x, mode="clip")
        return buffers, x


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
