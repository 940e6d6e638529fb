"""Training as a generator of records."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass, field

import numpy as np

from numlp.arrays import Array
from numlp.blas import under_threads
from numlp.data.preprocess import Part
from numlp.nn.network import Network
from numlp.optim.optimisers import Optimiser
from numlp.training.batches import epoch_steps
from numlp.training.evaluator import Evaluator, Scores
from numlp.training.history import Record
from numlp.training.plan import Plan
from numlp.training.updates import Batch, Updates


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


def train(
    network: Network,
    optimiser: Optimiser,
    data: Part,
    val: Part,
    plan: Plan,
    progress: Progress | None = None,
    ahead: bool = False,
    updates: type[Updates] = Updates,
) -> Iterator[Record]:
    """Train `network` in place from `progress` on, and yield a record after each of `plan.record_at` updates.

    With `ahead` a second thread gathers the next batch and takes half of a record's evaluation; it gains where a core is free, and
    changes no bit. `updates` spells out a step.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> rng = np.random.default_rng(0)
        >>> x = rng.standard_normal((400, 4), np.float32)
        >>> labels = (x[:, 0] > 0).astype(np.intp)
        >>> training, validation = numlp.Part(x[:300], labels[:300]), numlp.Part(x[300:], labels[300:])
        >>> network = numlp.Network((4, 8, 2), norm="before")
        >>> numlp.initialise(network, numlp.he, rng)
        >>> optimiser = numlp.Sgd(network.params.vector, network.weights.size)
        >>> plan = numlp.Plan(200, 50, numlp.constant(0.1), lam=0.0, ema_decay=0.9, batch_seed=0, record_at=frozenset({100, 200}))
        >>> records = list(numlp.train(network, optimiser, training, validation, plan))
        >>> [record.step for record in records]
        [100, 200]
        >>> records[-1].val_accuracy > 0.9
        True
    """
    steps = updates(network, optimiser, data, plan, ahead)
    return under_threads(plan.threads, _train(steps, val, Progress() if progress is None else progress))


def _train(updates: Updates, val: Part, progress: Progress) -> Iterator[Record]:
    data, plan, evaluator = updates.data, updates.plan, Evaluator(updates.network, 1 + updates.ahead)
    per_epoch = epoch_steps(len(data.labels), plan.batch_size)

    def record(step: int, batch: Batch) -> Record:
        t, v = _train_scores(plan, evaluator, data, batch, progress.seen), evaluator.scores(val, plan.lam)
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


def _train_scores(plan: Plan, evaluator: Evaluator, data: Part, batch: Batch, seen: Array) -> Scores:
    """Scores over the whole training split (full), or from the batches recorded so far.

    The images of a batch count as they are in the split, neither augmented nor mixed.
    Batches give their mean (aggregated), or 0.99 * old + 0.01 * new, started at the first one (smoothed).
    """
    if plan.cost == "full":
        return evaluator.scores(data, plan.lam)
    new = np.array(astuple(evaluator.scores(Part(data.x[batch.places], batch.labels), plan.lam)))
    count, values = seen[0], seen[1:]
    if plan.cost == "aggregated":
        values += new
        shown = values / (count + 1)
    else:
        values[:] = new if count == 0 else 0.99 * values + 0.01 * new
        shown = values
    seen[0] += 1
    return Scores(*shown.tolist())
