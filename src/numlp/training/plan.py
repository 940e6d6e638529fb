"""How long and how a run trains: what its choices come to for a training split of a given size."""

from dataclasses import dataclass

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
        cost: What the training columns of a record show: full, aggregated or smoothed (see `_train_scores`).
        noise_seed: Of what dropout drops.
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
    noise_seed: int = 0
    threads: int = 1
