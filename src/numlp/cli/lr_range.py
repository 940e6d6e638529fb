"""`numlp lr-range`: run the learning-rate range test on the configured network, plot it, and print the overrides to paste."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from numlp import paths
from numlp.analysis.lr_range_test import LEAST, Bounds, find_bounds, rising_rate
from numlp.config import Config
from numlp.config.naming import caption, deciding_choices
from numlp.data.normalise import Prepared, prepare_data
from numlp.files import write_rows
from numlp.runs.invocation import Invocation
from numlp.training import build
from numlp.training.batches import epoch_steps
from numlp.training.history import Record
from numlp.training.memory import check_memory
from numlp.training.trainer import train

PICTURE = "lr_range.png"
POINTS = 100  # records of a test
REPLACED = ("schedule", "lr_range.", "hydra", "+stage", "then")  # overrides that a training after the test has no use for


def run(config: Config, out: Path, invocation: Invocation) -> None:
    """Run the test, write lr_range.csv and lr_range.png, and print the bounds."""
    check_memory(config)
    data = prepare_data(config)
    records = sweep(config, data)
    suggestion = find_bounds(records)
    write_rows(out / paths.LR_RANGE, Record, records)

    from numlp.display.figures import draw_lr_range, save

    name = data.dataset.name
    save(draw_lr_range(records, suggestion, f"{name}\n{_caption(config)}"), out / PICTURE)
    print(f"lr-range: wrote {paths.LR_RANGE}, {PICTURE} to {out}: {len(records) - 1} evaluation points on {name}")
    for line in advise(suggestion, config, invocation.overrides):
        print(line)


def sweep(config: Config, data: Prepared) -> list[Record]:
    """Train with the rising rate; the training columns are smoothed over batches, which costs a record nothing."""
    part, test = data.part("train"), config.lr_range
    build.check_data(config, data.dataset)
    plan = build.plan(config, len(part.labels), data.dataset.shape)
    steps = max(POINTS, round(test.epochs * epoch_steps(len(part.labels), plan.batch_size)))
    schedule = rising_rate(test.low, test.high, steps, test.spacing)
    at = frozenset(round(steps * i / POINTS) for i in range(POINTS + 1))
    plan = replace(plan, steps=steps, schedule=schedule, record_at=at, cost="smoothed")
    network = build.network(config, data.mean.size, data.dataset.classes)
    with np.errstate(all="ignore"):  # the test ends beyond what the network bears
        return list(train(network, build.optimizer(config.optim, network), part, data.part("val"), plan))


def advise(suggestion: Bounds | None, config: Config, overrides: Sequence[str]) -> list[str]:
    """The bounds as lines of text; the last line is a command to paste."""
    test = config.lr_range
    if suggestion is None:
        what = f"the validation accuracy rises by less than {100 * LEAST:g} percentage points from {test.low:g} to {test.high:g}"
        return [f"no suggestion: {what}; widen the test with lr_range.low, lr_range.high and lr_range.epochs"]
    fall = "above it the accuracy falls" if not suggestion.open else "the accuracy still rises at the end; try a higher lr_range.high"
    lower = f"eta_min {_plain(suggestion.eta_min)}: from here on the validation accuracy rises"
    upper = f"eta_max {_plain(suggestion.eta_max)}: {fall}"
    kept = [override for override in overrides if not override.startswith(REPLACED)]
    rates = ["schedule=cyclical", f"schedule.eta_min={_plain(suggestion.eta_min)}", f"schedule.eta_max={_plain(suggestion.eta_max)}"]
    return [lower, upper, " ".join(["numlp train", *kept, *rates])]


def _plain(eta: float) -> str:
    """Without an exponent, which some readers of YAML take for text."""
    return np.format_float_positional(eta, trim="-")


def _caption(config: Config) -> str:
    """The choices without schedule and length, which are the test's own."""
    test, parts = config.lr_range, caption(deciding_choices(config)).split(", ")
    kept = [part for part in parts if not part.endswith((" rate", " cycles", " epochs"))]
    return ", ".join([*kept, f"{test.epochs:g} epochs"])
