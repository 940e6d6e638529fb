"""`numlp lr-range`: a training in which the learning rate rises, its plot, and the bounds that it suggests as overrides to paste.

Source: Smith 2017, arXiv:1506.01186, section 3.3. He raises the rate linearly between bounds that he has an idea of; by equal
factors the test finds them over decades.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from hydra.core.hydra_config import HydraConfig
from matplotlib.figure import Figure

from numlp import paths
from numlp.arrays import Array
from numlp.config import Config
from numlp.config.naming import caption, deciding_choices
from numlp.data.normalise import Prepared, prepare_data
from numlp.display.style import BLUE, GREY, ORANGE, save, sheet, styled
from numlp.files import write_rows
from numlp.training.history import Record
from numlp.training.plan import check_data, check_memory, epoch_steps, make_network, make_optimizer, make_plan
from numlp.training.trainer import train

PICTURE = "lr_range.png"
POINTS = 100  # records of a test
WINDOW = 5  # records that a point of the smoothed accuracy is the mean of
BEGINS = 0.1  # share of the whole rise at which the accuracy has begun to rise
LEAST = 0.05  # rise of the accuracy below which there is nothing to suggest
HIGHEST = 1.6  # times the first loss, the highest that is drawn: above, the network is lost
REPLACED = ("schedule", "lr_range.", "hydra", "+stage", "then")  # overrides that a training after the test has no use for


class Bounds(NamedTuple):
    """The rate from which on the accuracy rises, the rate after which it falls, and whether it still rises at the end of the range."""

    eta_min: float
    eta_max: float
    open: bool


def run(config: Config, out: Path) -> None:
    """Run the test, write lr_range.csv and lr_range.png, and print the bounds."""
    check_memory(config)
    data = prepare_data(config)
    # The test has a schedule and a length of its own.
    settings = re.sub(r", [^,]* rate, [^,]* (cycle|epoch)s?", "", caption(deciding_choices(config)))
    print(f"lr-range: {settings} on {data.dataset.name}")
    records = train_at_rising_rate(config, data)
    write_rows(out / paths.LR_RANGE, Record, records)
    bounds = find_bounds(records)
    title = f"{data.dataset.name}\n{settings}, {config.lr_range.epochs:g} epochs"
    save(draw_lr_range(records, bounds, title, data.dataset.classes), out / PICTURE)
    print(f"lr-range: wrote {paths.LR_RANGE}, {PICTURE} to {out}: {len(records) - 1} evaluation points")
    for line in advise(bounds, config, HydraConfig.get().overrides.task):
        print(line)


def train_at_rising_rate(config: Config, data: Prepared) -> list[Record]:
    """Train with the rising rate; the training columns are smoothed over batches, which costs a record nothing."""
    part, test = data.part("train"), config.lr_range
    check_data(config, data.dataset)
    plan = make_plan(config, len(part.labels), data.dataset.shape)
    steps = max(POINTS, round(test.epochs * epoch_steps(len(part.labels), plan.batch_size)))
    rates = (np.linspace if test.spacing == "linear" else np.geomspace)(test.low, test.high, steps).tolist()
    at = frozenset(round(steps * i / POINTS) for i in range(POINTS + 1))
    plan = replace(plan, steps=steps, schedule=rates.__getitem__, record_at=at, cost="smoothed")
    network = make_network(config, data.mean.size, data.dataset.classes)
    with np.errstate(all="ignore"):  # the test ends beyond what the network bears
        return list(train(network, make_optimizer(config, network), part, data.part("val"), plan))


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
    others = [override for override in overrides if not override.startswith(REPLACED)]
    command = ["numlp train", *others, "schedule=cyclical", f"schedule.eta_min={low}", f"schedule.eta_max={high}"]
    return [f"eta_min {low}: from here on the validation accuracy rises", f"eta_max {high}: {fall}", " ".join(command)]


@styled
def draw_lr_range(records: Sequence[Record], bounds: Bounds | None, title: str, classes: int) -> Figure:
    """Draw validation accuracy and loss against the rate, the bounds as two marked lines."""
    figure = sheet("Learning-rate range test", title, height=4.6)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[1.5, 1])
    eta, accuracy = np.array([r.eta for r in records]), 100 * np.array([r.val_accuracy for r in records])
    upper.plot(eta, accuracy, ".", color=GREY, markersize=3, label="validation")
    upper.plot(eta, 100 * smooth_accuracy(records), color=BLUE, linewidth=1.8, label="mean of five")
    upper.axhline(100 / classes, color=GREY, linewidth=1, linestyle=":", label=f"chance ({100 / classes:.3g} %)")
    upper.set(ylabel="accuracy (%)", xscale="log", ylim=(0, 1.25 * float(accuracy.max())))  # with room for the names of the bounds
    upper.set_yticks([tick for tick in upper.get_yticks() if tick <= 100])
    loss = np.array([r.val_loss for r in records])
    lower.plot(eta, loss, color=BLUE, linewidth=1.8)
    if len(finite := loss[np.isfinite(loss)]) > 0:
        lower.set_ylim(0.95 * float(finite.min()), 1.05 * min(float(finite.max()), HIGHEST * float(finite[0])))
    lower.set(xlabel="eta", ylabel="validation loss (nats)")
    for axes in (upper, lower):
        axes.grid(True)
    for name, rate, side in zip(("eta_min", "eta_max"), bounds or (), ("right", "left"), strict=False):
        upper.axvline(rate, color=ORANGE, linewidth=1.4)
        upper.text(rate, 0.97, f" {name} {rate:g} ", transform=upper.get_xaxis_transform(), color=ORANGE, ha=side, va="top", weight="bold")
    figure.legend(handles=upper.get_legend_handles_labels()[0], loc="outside lower center", ncols=3, frameon=False)
    return figure
