"""Learning-rate schedules: functions from the update step, counted from 0, to eta."""

import math
from collections.abc import Callable
from typing import TypeAlias

from numlp.errors import require, require_count, require_decay, require_positive, require_rates

Schedule: TypeAlias = Callable[[int], float]


def constant(eta: float) -> Schedule:
    """The same rate at every step.

    Examples:
        >>> import numlp
        >>> numlp.constant(eta=0.1)(1000)
        0.1
    """
    require_positive("schedule.eta", eta=eta)
    return lambda step: eta


def exponential(eta: float, decay: float, epoch_steps: int) -> Schedule:
    """Eta * decay^epoch: the rate falls by a factor after each epoch of `epoch_steps` updates.

    Examples:
        >>> import numlp
        >>> schedule = numlp.exponential(eta=0.8, decay=0.5, epoch_steps=100)
        >>> [schedule(step) for step in (0, 99, 100, 200)]
        [0.8, 0.8, 0.4, 0.2]
    """
    require_positive("schedule.eta", eta=eta)
    require_decay("schedule.decay", decay=decay)
    return lambda step: eta * decay ** (step // epoch_steps)


def cosine(eta: float, eta_min: float, warmup: int, steps: int) -> Schedule:
    """Up to `eta` in even steps over the first `warmup` updates, then down along half a cosine to `eta_min` at the last of `steps`.

    Source: Loshchilov and Hutter 2017, arXiv:1608.03983, equation 5, without restarts; warm-up: Goyal et al. 2017, arXiv:1706.02677.

    Examples:
        >>> import numlp
        >>> schedule = numlp.cosine(eta=0.1, eta_min=0.001, warmup=1, steps=12)
        >>> [round(schedule(step), 3) for step in (0, 1, 6, 11)]
        [0.05, 0.1, 0.051, 0.001]
    """
    require_rates("schedule", eta_min, eta)
    require(0 <= warmup < steps, "schedule.warmup_epochs", f"a warm-up shorter than the run's {steps} updates", warmup=warmup)
    length = max(1, steps - 1 - warmup)

    def schedule(step: int) -> float:
        if step < warmup:
            return eta * (step + 1) / (warmup + 1)
        return eta_min + (eta - eta_min) * (1 + math.cos(math.pi * min(1.0, (step - warmup) / length))) / 2

    return schedule


def one_cycle(eta: float, rise: float, start: float, end: float, steps: int) -> Schedule:
    """Up from `eta / start` to `eta` along half a cosine over a share `rise` of the updates, and down to `eta / end` at the last.

    Args:
        eta: Highest rate.
        rise: Share of the run, above 0 and below 1.
        start: The first rate is so many times lower than `eta`.
        end: The last one is.
        steps: Updates of the run.

    Source: Smith and Topin 2018, arXiv:1708.07120, with cosines instead of straight lines, as PyTorch's OneCycleLR has them.

    Examples:
        >>> import numlp
        >>> schedule = numlp.one_cycle(eta=0.1, rise=0.3, start=10, end=100, steps=100)
        >>> [round(schedule(step), 3) for step in (0, 29, 99)]
        [0.01, 0.1, 0.001]
    """
    require_positive("schedule.eta", eta=eta)
    require(0 < rise < 1, "schedule.rise", "a number above 0 and below 1", rise=rise)
    require(start >= 1 and end >= 1, "schedule", "start and end of at least 1", start=start, end=end)
    top = rise * steps - 1  # the update of the highest rate
    require(0 < top < steps - 1, "schedule.rise", f"a rise of more than one and fewer than all of the run's {steps} updates", rise=rise)

    def between(first: float, last: float, share: float) -> float:
        return last + (first - last) * (1 + math.cos(math.pi * min(1.0, share))) / 2

    def schedule(step: int) -> float:
        if step <= top:
            return between(eta / start, eta, step / top)
        return between(eta, eta / end, (step - top) / (steps - 1 - top))

    return schedule


def cyclical(eta_min: float, eta_max: float, half_cycle: int, decay: float = 1.0) -> Schedule:
    """Triangular rate: up from `eta_min` to `eta_max` in `half_cycle` updates, and down again in as many.

    After each cycle of `2 * half_cycle` updates the highest rate is multiplied by `decay`; it never falls below `eta_min`.

    Source: Smith 2017, arXiv:1506.01186, section 3 (triangular and, with a decay of 0.5, close to triangular2).

    Examples:
        >>> import numlp
        >>> schedule = numlp.cyclical(eta_min=0.001, eta_max=0.1, half_cycle=500)
        >>> [round(schedule(step), 3) for step in (0, 250, 500, 1000, 1500)]
        [0.001, 0.051, 0.1, 0.001, 0.1]
    """
    require_count("schedule.half_cycle_epochs", half_cycle=half_cycle)
    require_rates("schedule", eta_min, eta_max)
    require_decay("schedule.decay", decay=decay)

    def schedule(step: int) -> float:
        cycle, position = divmod(step, 2 * half_cycle)
        height = 1 - abs(position / half_cycle - 1)  # 0 at eta_min, 1 at the highest rate
        highest = max(eta_min, eta_max * decay**cycle)
        return eta_min + height * (highest - eta_min)

    return schedule
