"""Part 3: ten values of lambda, 2 epochs each, in seconds a network."""

import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.places import command, finished, synthetic_project
from benchmarks.process import AbsentError, Worker
from benchmarks.result import Part, Row, Table
from benchmarks.settings import Settings
from benchmarks.stats import Measure, ratio, rounds, spread
from benchmarks.task import Task

LAMS = tuple(round(0.001 * (1 + k), 3) for k in range(10))
STEPS, SHARE = 900, 4  # two epochs; the bare measurements take a quarter of them, times four
BARE = "training alone, processes at hand"
OURS, SERIAL, VMAP, TORCH = "ours: two processes", "ours: one process, two threads", "JAX: vmap", "PyTorch: two processes"
JOBLIB, BASIC, COLD = (
    "numlp train -m (joblib)",
    "numlp train -m hydra/launcher=basic (serial)",
    "JAX: vmap, import and compilation included",
)


def run(settings: Settings) -> Part:
    """Measure training alone by every peer, then whole commands."""
    bare, skipped = training_alone(settings)
    whole = commands(settings, with_jax=VMAP in bare)
    table = Table("Ten values of lambda, 3 layers with batch norm, 2 epochs each", ["", "what counts", "seconds a network", "/ ours"])
    for found, ours, what in ((bare, OURS, BARE), (whole, JOBLIB, "the whole command")):
        for name, seconds in found.items():
            table.rows.append([name, what, spread([s / len(LAMS) for s in seconds]), ratio(seconds, found[ours])])
    title = "ten lambdas, seconds a network: JAX vmap / ours"
    rows = [
        Row(f"{title}, {what}", ratio(found[jax], found[ours]) if jax in found else None, 1.4, 1.7, least=True, note="not installed")
        for what, found, jax, ours in (("training alone", bare, VMAP, OURS), ("whole commands, ours with joblib", whole, COLD, JOBLIB))
    ]
    return Part("Ten values of lambda", [table], rows, skipped)


def training_alone(settings: Settings) -> tuple[dict[str, list[float]], list[str]]:
    """Seconds of ten networks, and the peers that are not installed."""
    task = Task("networks", settings.data, steps=settings.steps(STEPS // SHARE), lams=LAMS)
    with ExitStack() as stack:
        two = [stack.enter_context(Worker("ours", 1)) for _ in range(2)]
        one = stack.enter_context(Worker("ours", 2))
        measures: dict[str, Measure] = {OURS: partial(shared, two, task), SERIAL: partial(one.ask, task)}
        skipped = []
        try:
            measures[VMAP] = partial(stack.enter_context(Worker("peers_jax", 2)).ask, task)
        except AbsentError as error:
            skipped.append(f"JAX ({error} is not installed)")
        try:
            measures[TORCH] = partial(shared, [stack.enter_context(Worker("peers_torch", 1)) for _ in range(2)], task)
        except AbsentError as error:
            skipped.append(f"PyTorch ({error} is not installed)")
        rounds(measures, 1)  # the first time does not count
        found = rounds(measures, settings.repeats)
    whole = STEPS / task.steps
    return {name: [whole * value for value in seconds] for name, seconds in found.items()}, skipped


def shared(workers: list[Worker], task: Task) -> float:
    """Seconds that two processes of one thread each take, each with half of the networks."""
    start = time.perf_counter()
    for number, worker in enumerate(workers):
        worker.begin(replace(task, lams=task.lams[number :: len(workers)]), warm=False)
    for worker in workers:
        worker.end()
    return time.perf_counter() - start


def commands(settings: Settings, with_jax: bool) -> dict[str, list[float]]:
    """Seconds of whole commands, from their start to their end."""
    folder = synthetic_project("lambdas")
    measures: dict[str, Measure] = {
        JOBLIB: partial(sweep, folder, settings),
        BASIC: partial(sweep, folder, settings, "hydra/launcher=basic"),
    }
    if with_jax:
        measures[COLD] = partial(cold_jax, Task("networks", settings.data, steps=settings.steps(STEPS), lams=LAMS))
    sweep(folder, settings)  # the first one makes the store of the runs
    return rounds(measures, settings.repeats)


def sweep(folder: Path, settings: Settings, *more: str) -> float:
    """Seconds of a multirun as a user starts it: MLflow runs, histories and models included, recorded as E07 is."""
    values = ",".join(map(str, LAMS))
    record = ["train.record.every=points", "train.record.points=1", "train.record.cost=aggregated", "then=[]"]
    epochs = f"train.epochs={2 * settings.scale}"
    start = time.perf_counter()
    finished(command(folder, "numlp", "train", "-m", "data=synthetic", f"lam={values}", epochs, *record, "sweep.rerun=true", *more), folder)
    return time.perf_counter() - start


def cold_jax(task: Task) -> float:
    """Seconds of a process that imports JAX, reads the arrays, compiles, and trains; it keeps nothing."""
    start = time.perf_counter()
    with Worker("peers_jax", 2) as worker:
        worker.begin(task, warm=False)
        worker.end()
    return time.perf_counter() - start
