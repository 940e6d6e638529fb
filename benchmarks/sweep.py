"""A sweep at its real length: ten values of lambda, 20 epochs each, as whole commands."""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.libraries import BASELINES, OURS, present
from benchmarks.places import complete, prepared_project, source
from benchmarks.process import alone
from benchmarks.result import Part, Row, Table
from benchmarks.settings import Settings
from benchmarks.stats import Measure, ratio, rounds, spread
from benchmarks.task import Task

LAMS = tuple(round(0.001 * (1 + k), 3) for k in range(10))
STEPS, EPOCHS = 9000, 20
NAMES = {OURS: "`numlp train -m` (joblib, two processes)", "JAX": "JAX: vmap, two threads", "PyTorch": "PyTorch: two processes"}
COST = "a sweep of ten values of lambda, 20 epochs each, the whole command"


def run(settings: Settings) -> Part:
    """Measure our sweep, ten networks at once in JAX, and two processes of PyTorch side by side."""
    folder, task = prepared_project("sweep"), Task("networks", settings.data, steps=settings.steps(STEPS), lams=LAMS)
    halves = [replace(task, lams=task.lams[number::2]) for number in range(2)]
    measures: dict[str, Measure] = {OURS: partial(ours, folder, EPOCHS * settings.scale)}
    if "JAX" in present():
        measures["JAX"] = partial(scripts, "JAX", 2, [task])
    if "PyTorch" in present():
        measures["PyTorch"] = partial(scripts, "PyTorch", 1, halves)
    ours(folder, 0.01)  # it makes the MLflow tracking store
    found = rounds(measures, settings.repeats)
    table = Table("Ten values of lambda, 3 layers with batch norm, 20 epochs each, the whole command", ["", "seconds", "/ ours"])
    table.rows = [[NAMES[name], spread(seconds), ratio(seconds, found[OURS])] for name, seconds in found.items()]
    title, ratios = "ten lambdas, 20 epochs, whole commands", {name: ratio(seconds, found[OURS]) for name, seconds in found.items()}
    rows = [
        Row(f"{title}: JAX vmap / ours", ratios.get("JAX"), 1.15, 1.5, least=True),
        Row(f"{title}: two PyTorch processes / ours", ratios.get("PyTorch"), 1.5, 2, least=True),
    ]
    costs = [spread(found[name]) if name in found else "" for name in (OURS, *BASELINES)]
    return Part("A sweep of ten values of lambda", [table], rows, [[COST, *costs]])


def ours(folder: Path, epochs: float) -> float:
    """Seconds of a multirun as a user starts it: MLflow runs, histories and models included, recorded as E07 is."""
    lams = f"lam={','.join(map(str, LAMS))}"
    record = ["train.record.every=points", "train.record.points=1", "train.record.cost=aggregated", "then=[]"]
    start = time.perf_counter()
    complete(folder, "numlp", "train", "-m", f"data={source()}", lams, f"train.epochs={epochs}", *record, "sweep.rerun=true")
    return time.perf_counter() - start


def scripts(name: str, threads: int, tasks: Sequence[Task]) -> float:
    """Seconds of scripts side by side, one per task, which import the library, read the arrays, train, and keep nothing."""
    start = time.perf_counter()
    codes = [process.wait() for process in [alone(BASELINES[name], threads, task) for task in tasks]]
    if any(codes):
        raise RuntimeError(f"{name}: exit codes {codes}")
    return time.perf_counter() - start
