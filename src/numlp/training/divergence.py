"""Divergence: seen at records, which costs a step nothing, and traced to its step by training once more from the last checkpoint."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from numlp.arrays import Array
from numlp.data.preprocess import Part
from numlp.errors import UserError
from numlp.nn.linear import Linear
from numlp.nn.moments import set_from_batch, update_moving_average
from numlp.nn.network import Network, Pass
from numlp.training.history import Record
from numlp.training.state import State
from numlp.training.trainer import Passes, Plan, batches, update


class DivergedError(UserError):
    """The cost is not finite, or has stayed above the bound."""


@dataclass(frozen=True)
class Origin:
    """Where it began.

    Attributes:
        step: Updates made, that one among them.
        eta: Of that update.
        layer: e.g. linear3 or batchnorm3: the first of the forward pass, or of the backward one, that is not finite.
    """

    step: int
    eta: float
    layer: str


def diverged(records: Sequence[Record], bound: float, times: int) -> bool:
    """Whether the last record's costs are not finite, or those of the last `times` records were all above `bound`."""
    costs = [_highest(record) for record in records[-times:]]
    return not math.isfinite(costs[-1]) or (len(costs) == times and min(costs) > bound)


def origin(state: State, data: Part, plan: Plan, records: Sequence[Record], times: int) -> Origin:
    """Where the divergence of the last of `records` began.

    Args:
        state: Of the run when all was well, e.g. its last checkpoint; it is trained on, with every step checked.
        data: The training split.
        plan: Of the run.
        records: Of the run, to the one that shows the divergence.
        times: As in `diverged`.
    """
    network, passes, first = state.network, Passes(state.network), state.progress.step
    for step, index in zip(range(first, records[-1].step), batches(plan, len(data.labels), first), strict=False):
        batch, x, labels = passes.gather(data, index)
        if step == 0:
            set_from_batch(network, x)
        layer = _in_forward(network, batch, x)
        if layer is None:
            update(network, state.optimiser, batch, x, labels, plan.schedule(step), plan.lam)
            update_moving_average(network, batch, plan.ema_decay)
            layer = _in_parameters(network)
        if layer is not None:
            return Origin(step + 1, plan.schedule(step), layer)
    began = records[-1] if not math.isfinite(_highest(records[-1])) else records[-times]
    return Origin(began.step, began.eta, _largest(network))  # every value is finite, and the cost too high


def _in_forward(network: Network, batch: Pass, x: Array) -> str | None:
    depth = 0
    for layer, work in zip(network.layers, batch.works, strict=True):
        depth += isinstance(layer, Linear)
        x = layer.forward(x, work, train=True)
        if not np.isfinite(x).all():
            return f"{type(layer).__name__.lower()}{depth}"
    return None


def _in_parameters(network: Network) -> str | None:
    """The layer that the backward pass comes to first: the deepest."""
    bad = {name.partition(".")[0] for name, view in network.params.views.items() if not np.isfinite(view).all()}
    return max(bad, key=lambda layer: int(re.sub(r"\D", "", layer)), default=None)


def _largest(network: Network) -> str:
    return max((f"linear{i}" for i in range(1, network.depth + 1)), key=lambda name: float(np.abs(network.params[f"{name}.W"]).max()))


def _highest(record: Record) -> float:
    """The higher cost of the two splits; NaN is the highest of all."""
    return max(record.train_cost, record.val_cost, key=lambda cost: math.inf if math.isnan(cost) else cost)
