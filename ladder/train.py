"""The runs that build/ladder.csv lacks, one after the other, each by the command that a user would call."""

import math
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from ladder.rows import BUILD, Row, add, read
from ladder.rungs import RUNGS
from numlp import paths
from numlp.errors import UserError, require
from numlp.files import read_json, read_rows
from numlp.inference.model_file import load_model
from numlp.threads import library
from numlp.tracking.run import environment_tags
from numlp.training.history import Record

FOLDER = Path("outputs/ladder")


def train(wanted: Sequence[str], seeds: Sequence[int]) -> None:
    """Train the rungs whose experiments begin with one of `wanted`, or all, and keep the row of each run once it has ended.

    Raises:
        UserError: No experiment begins so, or a run failed.
    """
    names = list(dict.fromkeys(rung.experiment for rung in RUNGS))
    for start in wanted:
        require(any(name.startswith(start) for name in names), "ladder", f"rungs of {', '.join(names)}", rung=start)
    chosen = [name for name in names if not wanted or name.startswith(tuple(wanted))]
    for experiment, seed in missing(chosen, seeds):
        folder = FOLDER / f"{experiment}-{seed}"
        command = [sys.executable, "-m", "numlp", "train", f"+experiment={experiment}", f"seed={seed}", f"hydra.run.dir={folder}"]
        ended = subprocess.run(command, check=False).returncode
        if ended != 0:
            raise UserError(f"ladder: the run of {experiment} with seed {seed} failed with exit code {ended}")
        add(BUILD, read_run(folder, experiment))


def missing(experiments: Iterable[str], seeds: Iterable[int]) -> list[tuple[str, int]]:
    """The runs that have no row yet, all rungs of a seed before the next seed."""
    done = {(row.experiment, row.seed) for row in read(BUILD)}
    names = list(experiments)
    return [(name, seed) for seed in seeds for name in names if (name, seed) not in done]


def read_run(folder: Path, experiment: str) -> Row:
    """The row of a run, from its folder."""
    model = load_model(folder / paths.MODEL)
    metrics, timing = read_json(folder / paths.METRICS), read_json(folder / paths.TIMING)
    assert metrics is not None and timing is not None  # numlp train has just written them
    choices, augment = model.choices, model.choices["augment"]
    return Row(
        experiment=experiment,
        seed=choices["seed"],
        augmentation=" ".join(name if value is True else f"{name} {value}" for name, value in augment.items() if value),
        parameters=model.network.params.vector.size,
        epochs=read_rows(folder / paths.HISTORY, Record)[-1].epoch,
        train_seconds=round(timing["train_seconds"], 1),
        val_accuracy=metrics["val_accuracy"],
        test_accuracy=metrics["test_accuracy"],
        test_flip_accuracy=metrics.get("test_flip_accuracy", math.nan),
        threads=model.threads,
        kernel=library()[1],
        cpu=environment_tags(Path())["cpu"],
        archive=str(model.dataset.origin.get("archive_sha256", "none")),
    )
