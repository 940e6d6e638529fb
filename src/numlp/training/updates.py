"""The updates of a run, batch after batch: the one place that spells out a step of training."""

from collections.abc import Iterator
from itertools import cycle
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from numlp.arrays import Array
from numlp.data.augment import mix
from numlp.data.preprocess import Part
from numlp.nn.loss import cross_entropy_gradient, soft_cross_entropy_gradient, soft_targets
from numlp.nn.mode import Mode
from numlp.nn.moments import set_from_batch, update_moving_average
from numlp.nn.network import Network, Pass
from numlp.optim.optimisers import Optimiser, clip_by_norm
from numlp.threads import one_ahead
from numlp.training.batches import batches_from
from numlp.training.plan import Plan


class Batch(NamedTuple):
    """The images of one update.

    Attributes:
        step: Updates made before it.
        places: (N,) indices of the images in the training split.
        x: (N, d) images, changed as the plan says, in a buffer that the next batch of the same size writes over.
        labels: (N,) classes.
        targets: (N, K) probabilities to train towards; None where they are the labels.
        buffers: The pass for batches of this size.
    """

    step: int
    places: NDArray[np.intp]
    x: Array
    labels: NDArray[np.intp]
    targets: Array | None
    buffers: Pass


class Updates:
    """The updates of a run: the one place that spells out a step of training.

    Args:
        network: Changed in place by `apply`.
        optimiser: With its state.
        data: The training split.
        plan: Of the run.
        ahead: A second thread gathers the next batch meanwhile; it changes no bit of the result.
    """

    def __init__(self, network: Network, optimiser: Optimiser, data: Part, plan: Plan, ahead: bool = False) -> None:
        self.network, self.optimiser, self.data, self.plan, self.ahead = network, optimiser, data, plan, ahead
        self._passes: dict[int, Pass] = {}  # by size: the usual batch, and an epoch's last
        self._images: dict[int, Iterator[Array]] = {}  # buffers, by size as well

    def batches(self, first: int) -> Iterator[Batch]:
        """The batches from update `first` on; the very first one starts the moving average of batch norm's moments."""
        steps = enumerate(self.indices(first), first)
        for batch in one_ahead(self._gather, steps) if self.ahead else map(self._gather, steps):
            if batch.step == 0:
                self.start_moments(batch.x)
            yield batch

    def indices(self, first: int) -> Iterator[NDArray[np.intp]]:
        """The images of the updates from `first` on, by their places in the training split."""
        plan = self.plan
        return batches_from(first, plan.steps, plan.batch_seed, len(self.data.labels), plan.batch_size)

    def start_moments(self, x: Array) -> None:
        """Start batch norm's moving average, at the moments of the (N, d) images `x` of the very first batch."""
        set_from_batch(self.network, x)

    def apply(self, batch: Batch) -> None:
        """Forward, gradient of the loss, backward, clipping, penalty and update, then the moving average."""
        network, plan = self.network, self.plan
        logits = batch.buffers.forward(batch.x, self.mode(batch.step))
        soft = batch.targets
        dy = cross_entropy_gradient(logits, batch.labels) if soft is None else soft_cross_entropy_gradient(logits, soft)
        batch.buffers.backward(dy)
        if plan.clip_norm > 0:
            clip_by_norm(network.grads.vector, plan.clip_norm)
        self.optimiser.update(network.params.vector, network.grads.vector, plan.schedule(batch.step), 2 * plan.lam, plan.threads)
        update_moving_average(network, batch.buffers, plan.ema_decay)

    def mode(self, step: int) -> Mode:
        """Of the pass of an update: what is dropped follows from the run's seed and the step alone."""
        return Mode(batch_moments=True, noise=(self.plan.noise_seed, step))

    def _gather(self, item: tuple[int, NDArray[np.intp]]) -> Batch:
        """The batch of a step, its images copied together once and changed as the plan says."""
        step, index = item
        if len(index) not in self._images:
            shape = (1 + self.ahead, len(index), self.data.x.shape[1])  # one is written while the other is read
            self._images[len(index)] = cycle(np.empty(shape, self.data.x.dtype))
        x = next(self._images[len(index)])
        # mode="clip" lets take write straight to the buffer; with "raise" it makes a copy first
        np.take(self.data.x, index, axis=0, out=x, mode="clip")
        labels = self.data.labels[index]
        return Batch(step, index, x, labels, self._change(x, labels, step), self._pass(len(index)))

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
            return soft_targets(labels, self.network.sizes[-1], plan.smoothing, others, share)
        return None

    def _pass(self, n: int) -> Pass:
        if n not in self._passes:
            self._passes[n] = Pass(self.network, n)
        return self._passes[n]
