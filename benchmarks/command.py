"""Whole commands: the default run beside the baselines, and what one epoch costs beyond its training, in time and memory."""

import json
import resource
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.libraries import BASELINES, OURS, present
from benchmarks.places import complete, prepared_project, source
from benchmarks.process import alone, highest_resident
from benchmarks.result import Part, Row, Table
from benchmarks.settings import Settings
from benchmarks.stats import Measure, rounds, spread
from benchmarks.task import Task

STEPS, EPOCHS = 9000, 20  # of the default run
ONE = "one epoch"
COST = "`numlp train`: the default run, 3 layers, 20 epochs; the baselines train alone"


def run(settings: Settings) -> Part:
    """Measure `numlp train` as a user starts it, and each baseline as a script that trains the same network."""
    folder, peaks, loops = prepared_project("command"), list[float](), list[float]()
    train(folder, "first", "train.epochs=1")  # it makes the MLflow tracking store
    task = Task("step", settings.data, steps=settings.steps(STEPS))
    measures: dict[str, Measure] = {OURS: lambda: train(folder, "default", f"train.epochs={EPOCHS * settings.scale}")[0]}
    for name in present():
        whole = replace(task, norm="none") if name == "scikit-learn" else task
        measures[name] = partial(script, BASELINES[name], whole)
    found = rounds({**measures, ONE: partial(one_epoch, folder, peaks, loops)}, settings.repeats)
    beyond = spread([wall - loop for wall, loop in zip(found[ONE], loops, strict=True)])
    table = Table("`numlp train` of one epoch, with health, evaluation, figures and MLflow", ["part", "seconds"])
    table.rows = [["the whole command", spread(found[ONE])], ["its training loop, records included", spread(loops)]]
    rows = [
        Row("`numlp train` of one epoch with everything on, beyond its training loop, seconds", beyond, 3, 2),
        Row("peak memory of that command, GB", spread(peaks), 0.8, 0.5),
    ]
    costs = [spread(found[name]) if name in found else "" for name in (OURS, *BASELINES)]
    return Part("Whole commands", [table], rows, [[COST, *costs]])


def train(folder: Path, name: str, *settings: str) -> tuple[float, resource.struct_rusage]:
    """Seconds of `numlp train` whose files go to `name`, and what it used."""
    start = time.perf_counter()
    usage = complete(folder, "numlp", "train", f"data={source()}", "train.resume=false", f"hydra.run.dir={name}", *settings)
    return time.perf_counter() - start, usage


def one_epoch(folder: Path, peaks: list[float], loops: list[float]) -> float:
    """Seconds of one epoch with everything on; adds its peak memory, the mapped pages of the arrays included, and its loop's seconds."""
    wall, usage = train(folder, "epoch", "train.epochs=1", "train.health=true")
    peaks.append(highest_resident(usage) / 1e9)
    loops.append(json.loads((folder / "epoch" / "timing.json").read_text())["train_seconds"])
    return wall


def script(module: str, task: Task) -> float:
    """Seconds of a script that imports the library, reads the arrays and trains on two threads."""
    start = time.perf_counter()
    if code := alone(module, 2, task).wait():
        raise RuntimeError(f"{module} ended with exit code {code}")
    return time.perf_counter() - start
