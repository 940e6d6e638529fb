"""The memory that a training takes, compared with what there is: Linux ends a process that takes too much without a word."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil

from numlp.config import Config
from numlp.config.parts import build
from numlp.data.sources import describe_data
from numlp.errors import UserError
from numlp.training.batches import epoch_steps
from numlp.training.evaluator import CHUNK
from numlp.training.plan import count_records, count_steps

LIMIT, USED = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")  # of a container
RECORD = 1_000  # bytes of a record, and of a layer's health at one, in memory and on the way to a file


def available_memory() -> int:
    """Bytes that this process can still take."""
    free = int(psutil.virtual_memory().available)
    try:
        return min(free, int(LIMIT.read_text()) - int(USED.read_text()))
    except (OSError, ValueError):  # no container, or one without a limit
        return free


def estimate_memory(config: Config) -> dict[str, int]:
    """Bytes of a run by the setting that they follow from, without the memory-mapped images."""
    dataset = describe_data(config)
    sizes = (config.model.inputs or dataset.inputs, *config.model.hidden, dataset.classes)
    weights, units = sum(a * b for a, b in pairwise(sizes)), sum(sizes)
    vectors = 2 + len(build(config.optim, np.zeros(1, np.float32), 1).state) + (config.average > 0) + 3 * config.train.health
    passes = CHUNK * (1 + config.train.threads)  # rows of an evaluation, which has a thread more than BLAS at most
    train, val = (stop - start for start, stop in (config.split.train, config.split.val))
    per_epoch = epoch_steps(train, config.train.batch_size)
    records = count_records(config.train.record, count_steps(config, per_epoch), per_epoch)
    layers = 1 + len(sizes) * config.train.health
    return {
        "model.hidden": 4 * (vectors * (weights + 4 * units) + 4 * passes * units),
        "train.batch_size": 4 * 7 * min(config.train.batch_size, train) * units,  # a layer keeps up to seven arrays of a batch
        "moments.images": 4 * 4 * min(config.moments.get("images", 0), train + val) * units,
        "train.record": RECORD * records * layers,
    }


def check_memory(config: Config, *others: Config) -> None:
    """Raise UserError when a run of `config`, with those of `others` beside it, takes more memory than this machine has free."""
    parts, free = estimate_memory(config), available_memory()
    largest, count = max(parts, key=lambda name: parts[name]), 1 + len(others)
    runs = f"{count} runs at once that need" if others else "a run that needs"
    remedy = "hydra.launcher.n_jobs=1 runs one at a time" if others else f"this is mostly for {largest}"
    needed = sum(sum(estimate_memory(each).values()) for each in (config, *others))
    require_memory(largest, runs, needed, free, remedy)


def require_memory(where: str, what: str, needed: int, free: int, remedy: str = "") -> None:
    """Raise UserError unless what `needed` bytes are `free`."""
    if needed > free:
        gigabytes = [f"{number / 1e9:,.1f} GB" for number in (free, needed)]
        raise UserError(f"{where}: expected {what} at most the {gigabytes[0]} of free memory, got {gigabytes[1]}{remedy and '; ' + remedy}")
