"""Divergence: seen at records, which costs a step nothing, and traced to its step by training once more from the last checkpoint."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from numlp.data.preprocess import Part
from numlp.errors import UserError
from numlp.nn.mode import Mode
from numlp.nn.network import Network
from numlp.training.history import Record
from numlp.training.plan import Plan
from numlp.training.state import State
from numlp.training.updates import Batch, Updates


class DivergedError(UserError):
    """The cost is not finite, or has stayed above the bound."""


@dataclass(frozen=True)
class Origin:
    """Where it began.

    Attributes:
        step: Updates made, that one among them.
        eta: Of that update.
        layer: e.g. linear3 or bn3: the first of the forward pass, or of the backward one, that is not finite.
    """

    step: int
    eta: float
    layer: str


def has_diverged(records: Sequence[Record], bound: float, times: int) -> bool:
    """Whether the last record's costs are not finite, or those of the last `times` records were all above `bound`."""
    costs = [_highest(record) for record in records[-times:]]
    return not math.isfinite(costs[-1]) or (len(costs) == times and min(costs) > bound)


def find_origin(state: State, data: Part, plan: Plan, records: Sequence[Record], times: int, updates: type[Updates] = Updates) -> Origin:
    """Where the divergence of the last of `records` began.

    Args:
        state: Of the run when all was well, e.g. its last checkpoint; it is trained on, with every step checked.
        data: The training split.
        plan: Of the run.
        records: Of the run, to the one that shows the divergence.
        times: As in `has_diverged`.
        updates: Spells out a step of the run.
    """
    network, steps = state.network, updates(state.network, state.optimiser, data, plan)
    for batch in steps.batches(state.progress.step):
        if batch.step == records[-1].step:
            break
        layer = _in_forward(batch, steps.mode(batch.step))
        if layer is None:
            steps.apply(batch)
            layer = _in_parameters(network)
        if layer is not None:
            return Origin(batch.step + 1, plan.schedule(batch.step), layer)
    began = records[-1] if not math.isfinite(_highest(records[-1])) else records[-times]
    return Origin(began.step, began.eta, _largest(network))  # every value is finite, and the cost too high


def _in_forward(batch: Batch, mode: Mode) -> str | None:
    """The first layer whose output is not finite."""
    return next((name for name, y in batch.buffers.outputs(batch.x, mode) if not np.isfinite(y).all()), None)


def _in_parameters(network: Network) -> str | None:
    """The layer that the backward pass comes to first: the deepest."""
    bad = {name.partition(".")[0] for name, view in network.params.views.items() if not np.isfinite(view).all()}
    return next((name for name in reversed(network.layers) if name in bad), None)


def _largest(network: Network) -> str:
    """The layer with the largest weight."""
    linears = network.linears
    return max(linears, key=lambda name: float(np.abs(linears[name].W).max()))


def _highest(record: Record) -> float:
    """The higher cost of the two splits; NaN is the highest of all."""
    return max(record.train_cost, record.val_cost, key=lambda cost: math.inf if math.isnan(cost) else cost)
