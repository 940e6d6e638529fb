"""How long and how a run trains: what its choices come to for a training split of a given size."""

from dataclasses import dataclass

from numlp.data.augment import Augmentation
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
        image_seed: Of how images are changed and mixed.
        augmentation: How each image of a batch is changed; None: not at all.
        mixup: Parameter of the Beta distribution of the share of an image in its mixture with another; 0: none is mixed.
        clip_norm: The highest norm of a gradient; 0: any.
        smoothing: Share of the target that all classes get alike.
        threads: Of BLAS, and of an update.

    Examples:
        >>> import numlp
        >>> schedule = numlp.cyclical(eta_min=1e-5, eta_max=0.1, half_cycle=250)
        >>> at = frozenset({0, 500, 1000})
        >>> plan = numlp.Plan(1000, 100, schedule, lam=0.005, ema_decay=0.9, batch_seed=0, record_at=at)
        >>> plan.schedule(250)
        0.1
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
    image_seed: int = 0
    augmentation: Augmentation | None = None
    mixup: float = 0.0
    smoothing: float = 0.0
    clip_norm: float = 0.0
    threads: int = 1
