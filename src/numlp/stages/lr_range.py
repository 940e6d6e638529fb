"""`numlp lr-range`: a training in which the learning rate rises, its plot, and the bounds that it suggests as overrides to paste.

Source: Smith 2017, arXiv:1506.01186, section 3.3. He raises the rate linearly between bounds that he has an idea of; by equal
factors the test finds them over decades.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from hydra.core.hydra_config import HydraConfig

from numlp import paths
from numlp.arrays import Array
from numlp.config import Config
from numlp.config.naming import caption, deciding_choices
from numlp.data.normalise import Prepared, prepare_data
from numlp.display.lr_range_curve import draw_lr_range
from numlp.display.style import save
from numlp.files import write_rows
from numlp.optim.schedules import Schedule
from numlp.training.history import Record
from numlp.training.plan import check_data, check_memory, epoch_steps, make_network, make_optimizer, make_plan
from numlp.training.trainer import train

PICTURE = "lr_range.png"
POINTS = 100  # records of a test
WINDOW = 5  # records that a point of the smoothed accuracy is the mean of
BEGINS = 0.1  # share of the whole rise at which the accuracy has begun to rise
LEAST = 0.05  # rise of the accuracy below which there is nothing to suggest
REPLACED = ("schedule", "lr_range.", "hydra", "+stage", "then")  # overrides that a training after the test has no use for


@dataclass(frozen=True)
class Bounds:
    """Bounds for the learning rate.

    Attributes:
        eta_min: The rate from which on the accuracy rises.
        eta_max: The rate after which it falls.
        open: Whether it still rises at the end: the range ends too early.
    """

    eta_min: float
    eta_max: float
    open: bool


def run(config: Config, out: Path) -> None:
    """Run the test, write lr_range.csv and lr_range.png, and print the bounds."""
    check_memory(config)
    data = prepare_data(config)
    records = sweep(config, data)
    bounds, title = find_bounds(records), f"{data.dataset.name}\n{_caption(config)}"
    write_rows(out / paths.LR_RANGE, Record, records)
    shaded = None if bounds is None else (bounds.eta_min, bounds.eta_max)
    save(draw_lr_range(records, smooth_accuracy(records), shaded, title, data.dataset.classes), out / PICTURE)
    print(f"lr-range: wrote {paths.LR_RANGE}, {PICTURE} to {out}: {len(records) - 1} evaluation points on {data.dataset.name}")
    for line in advise(bounds, config, HydraConfig.get().overrides.task):
        print(line)


def sweep(config: Config, data: Prepared) -> list[Record]:
    """Train with the rising rate; the training columns are smoothed over batches, which costs a record nothing."""
    part, test = data.part("train"), config.lr_range
    check_data(config, data.dataset)
    plan = make_plan(config, len(part.labels), data.dataset.shape)
    steps = max(POINTS, round(test.epochs * epoch_steps(len(part.labels), plan.batch_size)))
    schedule = rising_rate(test.low, test.high, steps, test.spacing)
    at = frozenset(round(steps * i / POINTS) for i in range(POINTS + 1))
    plan = replace(plan, steps=steps, schedule=schedule, record_at=at, cost="smoothed")
    network = make_network(config, data.mean.size, data.dataset.classes)
    with np.errstate(all="ignore"):  # the test ends beyond what the network bears
        return list(train(network, make_optimizer(config, network), part, data.part("val"), plan))


def rising_rate(low: float, high: float, steps: int, spacing: str) -> Schedule:
    """From `low` at the first of `steps` updates to `high` at the last, by equal factors (log) or differences (linear)."""
    last = max(steps - 1, 1)
    if spacing == "linear":
        return lambda step: low + (high - low) * step / last
    return lambda step: float(low * (high / low) ** (step / last))


def smooth_accuracy(records: Sequence[Record]) -> Array:
    """Validation accuracy, each point the mean of the `WINDOW` records about it."""
    accuracy = np.array([record.val_accuracy for record in records])
    return np.convolve(np.pad(accuracy, WINDOW // 2, mode="edge"), np.full(WINDOW, 1 / WINDOW), "valid")


def find_bounds(records: Sequence[Record]) -> Bounds | None:
    """The bounds that the accuracy gives, rounded to two digits; None when it hardly rises."""
    accuracy = smooth_accuracy(records)
    peak = int(accuracy.argmax())
    rise = accuracy[peak] - accuracy[0]
    if rise < LEAST:
        return None
    low = np.flatnonzero(accuracy[:peak] < accuracy[0] + BEGINS * rise)
    eta_min, eta_max = (float(f"{records[place].eta:.1e}") for place in (int(low[-1]) + 1, peak))
    return Bounds(eta_min, eta_max, peak >= len(records) - WINDOW)


def advise(bounds: Bounds | None, config: Config, overrides: Sequence[str]) -> list[str]:
    """The bounds as lines of text; the last line is a command to paste."""
    test = config.lr_range
    if bounds is None:
        problem = f"the validation accuracy rises by less than {100 * LEAST:g} percentage points from {test.low:g} to {test.high:g}"
        return [f"no suggestion: {problem}; widen the test with lr_range.low, lr_range.high and lr_range.epochs"]
    fall = "above it the accuracy falls" if not bounds.open else "the accuracy still rises at the end; try a higher lr_range.high"
    low, high = (np.format_float_positional(eta, trim="-") for eta in (bounds.eta_min, bounds.eta_max))  # readers of YAML differ on 1e-05
    kept = [override for override in overrides if not override.startswith(REPLACED)]
    command = ["numlp train", *kept, "schedule=cyclical", f"schedule.eta_min={low}", f"schedule.eta_max={high}"]
    return [f"eta_min {low}: from here on the validation accuracy rises", f"eta_max {high}: {fall}", " ".join(command)]


def _caption(config: Config) -> str:
    """The settings without schedule and length, which are the test's own."""
    parts = caption(deciding_choices(config)).split(", ")
    return ", ".join(
        [*(part for part in parts if not part.endswith((" rate", " cycles", " epochs"))), f"{config.lr_range.epochs:g} epochs"]
    )
