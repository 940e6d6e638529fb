"""Divergence, which the records of a run show."""

import math
from collections.abc import Sequence

from numlp.errors import UserError
from numlp.training.history import Record


class DivergedError(UserError):
    """The cost is not finite, or has stayed above the bound."""


def check_convergence(records: Sequence[Record], bound: float, times: int) -> None:
    """Raise DivergedError when the last record's costs are not finite, or those of the last `times` records are all above `bound`."""
    costs, last = [_highest(record) for record in records[-times:]], records[-1]
    if math.isfinite(costs[-1]) and (len(costs) < times or min(costs) <= bound):
        return
    raise DivergedError(
        f"the run diverged: expected a finite cost below {bound:g}, got {last.train_cost:.4g} (validation {last.val_cost:.4g}) at "
        f"step {last.step}, at learning rate {last.eta:.4g}. Try a lower one (schedule)"
    )


def _highest(record: Record) -> float:
    """The higher cost of the two splits; NaN is the highest of all."""
    return max(record.train_cost, record.val_cost, key=lambda cost: math.inf if math.isnan(cost) else cost)
