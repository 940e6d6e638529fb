"""Training: the state of a run, its updates, and its records."""

from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, field
from itertools import cycle
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numlp.arrays import Array
from numlp.data.augment import mix
from numlp.data.normalise import Part
from numlp.nn.loss import cross_entropy_gradient, soft_cross_entropy_gradient, soft_targets
from numlp.nn.mode import Mode
from numlp.nn.network import Network, set_from_batch, update_moving_average
from numlp.nn.shares import make_pass
from numlp.optim.optimizers import Optimizer, clip_by_norm
from numlp.threads import one_ahead, under_threads
from numlp.training.evaluator import Evaluator, Scores
from numlp.training.history import LayerHealth, Record
from numlp.training.plan import Plan, epoch_steps


@dataclass
class State:
    """All that a run needs to resume; the order of the images follows from its seed and step."""

    network: Network
    optimizer: Optimizer
    step: int = 0  # updates made, as of the latest record or stop
    # (4,) batches recorded, and of their cost, loss and accuracy the sums (aggregated) or moving averages (smoothed)
    seen: Array = field(default_factory=lambda: np.zeros(4))
    records: list[Record] = field(default_factory=list)
    health: list[LayerHealth] = field(default_factory=list)  # at the records; empty when it is not measured
    run_id: str = ""  # of MLflow
    seconds: float = 0.0  # trained so far

    def vectors(self) -> dict[str, Array]:
        """The arrays that training changes in place, by name."""
        vectors = {f"optimizer.{name}": vector for name, vector in self.optimizer.state.items()}
        return {"params": self.network.params.vector, "moments": self.network.moments.vector, "seen": self.seen, **vectors}


class Batch(NamedTuple):
    """The images of one update."""

    step: int  # updates made before it
    places: NDArray[np.intp]  # (N,) indices of the images in the training split
    x: Array  # (N, d) images, changed as the plan says, in a buffer that the next batch of this size writes over
    labels: NDArray[np.intp]  # (N,) classes
    targets: Array | None  # (N, K) probabilities to train towards; None where the labels are the targets


class Trainer:
    """The updates and records of a run: the one place that spells out a step of training.

    Args:
        state: Changed in place.
        train: The training split.
        val: The validation split.
        plan: The length and the settings of the run.
        ahead: A second thread gathers the next batch and takes half of a record's evaluation; it changes no bit.
    """

    def __init__(self, state: State, train: Part, val: Part, plan: Plan, ahead: bool = False) -> None:
        self.state, self.train, self.val, self.plan, self.ahead = state, train, val, plan, ahead
        self.buffers = make_pass(state.network, plan.threads)
        self.blas_threads = plan.threads // self.buffers.threads  # the threads of BLAS that the updates expect
        self.evaluator = Evaluator(state.network, max(1 + ahead, self.buffers.threads))
        self._images: dict[int, Iterator[Array]] = {}  # by size: the usual batch, and an epoch's last

    def records(self, stopped: Callable[[], bool] = lambda: False) -> Iterator[Record]:
        """Train from where the state is to the end, or to the first update after which `stopped` says so.

        Yields:
            A record after each of `plan.record_at` updates.
        """
        for batch in self.batches():
            if batch.step == 0:
                set_from_batch(self.state.network, batch.x)  # where batch norm's moving average starts
                if 0 in self.plan.record_at:
                    yield self.record(batch)
            self.step(batch)
            self.state.step = batch.step + 1
            if self.state.step in self.plan.record_at:
                yield self.record(batch)
            if stopped():
                return

    def step(self, batch: Batch) -> None:
        """Forward, gradient of the loss, backward, clipping, update with the penalty (it writes over the gradients), moving average."""
        network, plan = self.state.network, self.plan
        logits = self.buffers.forward(batch.x, Mode(batch_moments=True, noise=(plan.noise_seed, batch.step)))
        if batch.targets is None:
            dy = cross_entropy_gradient(logits, batch.labels, out=logits)
        else:
            dy = soft_cross_entropy_gradient(logits, batch.targets, out=logits)
        self.buffers.backward(dy)
        if plan.clip_norm > 0:
            clip_by_norm(network.grads.vector, plan.clip_norm)
        self.state.optimizer.update(plan.schedule(batch.step), 2 * plan.lam, plan.threads)
        update_moving_average(network, self.buffers, plan.ema_decay)

    def batches(self) -> Iterator[Batch]:
        """The batches from the state's step on, the next one gathered meanwhile where a thread is `ahead`."""
        first, plan = self.state.step, self.plan
        steps = enumerate(batches_from(first, plan.steps, plan.batch_seed, len(self.train.labels), plan.batch_size), first)
        return one_ahead(self._gather, steps) if self.ahead else map(self._gather, steps)

    def record(self, batch: Batch) -> Record:
        """Evaluate the network as it is; `batch` is what the training columns show where they do not show the whole split."""
        step, plan = self.state.step, self.plan
        train, val = self._train_scores(batch), self.evaluator.scores(self.val, plan.lam)
        epoch, eta = step / epoch_steps(len(self.train.labels), plan.batch_size), plan.schedule(max(step - 1, 0))
        return Record(step, epoch, eta, *astuple(train), *astuple(val))

    def _train_scores(self, batch: Batch) -> Scores:
        """Scores over the whole training split (full), or from the batches recorded so far.

        The images of a batch count as they are in the split, neither augmented nor mixed.
        Batches give their mean (aggregated), or 0.99 * old + 0.01 * new, started at the first one (smoothed).
        """
        if self.plan.cost == "full":
            return self.evaluator.scores(self.train, self.plan.lam)
        new = np.array(astuple(self.evaluator.scores(Part(self.train.x[batch.places], batch.labels), self.plan.lam)))
        count, values = self.state.seen[0], self.state.seen[1:]
        if self.plan.cost == "aggregated":
            values += new
            shown = values / (count + 1)
        else:
            values[:] = new if count == 0 else 0.99 * values + 0.01 * new
            shown = values
        self.state.seen[0] += 1
        return Scores(*shown.tolist())

    def _gather(self, item: tuple[int, NDArray[np.intp]]) -> Batch:
        """The batch of a step, its images copied together once and changed as the plan says."""
        step, index = item
        if len(index) not in self._images:
            shape = (1 + self.ahead, len(index), self.train.x.shape[1])  # one is written while the other is read
            self._images[len(index)] = cycle(np.empty(shape, self.train.x.dtype))
        x = next(self._images[len(index)])
        # mode="clip" lets take write straight to the buffer; with "raise" it makes a copy first
        self.train.x.take(index, 0, x, "clip")
        labels = self.train.labels[index]
        return Batch(step, index, x, labels, self._change(x, labels, step))

    def _change(self, x: Array, labels: NDArray[np.intp], step: int) -> Array | None:
        """Change images in place, and give their targets; the draws follow from the run's seed and the step alone."""
        plan, others, share = self.plan, labels, 1.0
        if plan.augmentation or plan.mixup > 0:
            rng = np.random.default_rng([plan.image_seed, step])
            if plan.augmentation:
                plan.augmentation.apply(x, rng)
            if plan.mixup > 0:
                order, share = mix(x, plan.mixup, rng)
                others = labels[order]
        if plan.mixup > 0 or plan.smoothing > 0:
            return soft_targets(labels, self.state.network.sizes[-1], plan.smoothing, others, share)
        return None


def batches_from(first: int, steps: int, seed: int, n: int, batch_size: int) -> Iterator[NDArray[np.intp]]:
    """Index arrays of the updates `first` to `steps` of a run; those of an epoch partition 0..n-1.

    The order follows from `seed` and the epoch alone, so that a run can resume at any update.
    """
    for step in range(first, steps):
        epoch, place = divmod(step, epoch_steps(n, batch_size))
        if step == first or place == 0:
            order = np.random.default_rng([seed, epoch]).permutation(n)
        yield order[place * batch_size : (place + 1) * batch_size]


def train(network: Network, optimizer: Optimizer, data: Part, val: Part, plan: Plan) -> Iterator[Record]:
    """Train `network` in place and yield a record after each of `plan.record_at` updates.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> rng = np.random.default_rng(0)
        >>> x = rng.standard_normal((400, 4), np.float32)
        >>> labels = (x[:, 0] > 0).astype(np.intp)
        >>> training, validation = numlp.Part(x[:300], labels[:300]), numlp.Part(x[300:], labels[300:])
        >>> network = numlp.Network((4, 8, 2), norm="before")
        >>> numlp.initialize(network, numlp.he, rng)
        >>> plan = numlp.Plan(200, 50, lambda step: 0.1, lam=0.0, ema_decay=0.9, batch_seed=0, record_at=frozenset({100, 200}))
        >>> records = list(numlp.train(network, numlp.Sgd(network), training, validation, plan))
        >>> [record.step for record in records]
        [100, 200]
        >>> records[-1].val_accuracy > 0.9
        True
    """
    trainer = Trainer(State(network, optimizer), data, val, plan)
    return under_threads(trainer.blas_threads, trainer.records())
