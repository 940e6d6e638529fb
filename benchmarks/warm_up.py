"""The first layer's product at one thread in new processes, cold and after `numlp.blas` has warmed BLAS up."""

import platform
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

from threadpoolctl import threadpool_info

from benchmarks.floor import products, timed
from benchmarks.process import Worker
from benchmarks.result import Part, Table, milliseconds
from benchmarks.settings import Settings
from benchmarks.stats import ratio, rounds, spread
from benchmarks.task import Task
from numlp.blas import blas_threads

OLDER = ("Haswell", "Sandybridge", "Nehalem") if platform.machine() in ("x86_64", "AMD64") else ()
HEAD = ["kernel", "cold, ms", "warm, ms", "cold / warm", "the warm-up itself, ms"]

Answer = dict[str, Any]


def run(settings: Settings) -> Part:
    """Measure with the processor's own kernel and with older ones, each time in a new process."""
    table = Table("100 x 3072 x 50 in a new process, 1 thread", HEAD)
    steps = settings.steps(200)
    for kernel in ("", *OLDER):
        answers: list[Answer] = []
        measures = {what: partial(measured, kernel, Task(what, settings.data, steps=steps), answers) for what in ("cold", "warm")}
        found = rounds(measures, settings.repeats)
        warm_up = [answer["warm_up"] for answer in answers if "warm_up" in answer]
        cells = [spread(milliseconds(seconds)) for seconds in (found["cold"], found["warm"], warm_up)]
        table.rows.append([answers[0]["kernel"], *cells[:2], ratio(found["cold"], found["warm"]), cells[2]])
    return Part("Warm-up of BLAS", [table])


def measured(kernel: str, task: Task, answers: list[Answer]) -> float:
    """Seconds of a product in a process of its own, whose answer is added to `answers`."""
    with Worker("warm_up", 1, kernel) as worker:
        worker.begin(task, warm=False)
        answers.append(worker.end())
    seconds: float = answers[-1]["product"]
    return seconds


def cold(task: Task) -> Callable[[], Answer]:
    """The mean time of a product that nothing went before, and the kernel."""
    return partial(answer, timed(products(task.sizes[:2], task.batch)[:1], task.steps))


def warm(task: Task) -> Callable[[], Answer]:
    """The same after the warm-up, and the time that the first `blas_threads` takes."""
    measure = cold(task)

    def warmed() -> Answer:
        start = perf_counter()
        with blas_threads(1):
            return {"warm_up": perf_counter() - start, **measure()}

    return warmed


def answer(measure: Callable[[], float]) -> Answer:
    """What was measured, and the kernel: the architecture that OpenBLAS names."""
    kernels = [pool.get("architecture", "") for pool in threadpool_info() if "numpy" in pool["filepath"]]
    return {"product": measure(), "kernel": kernels[0] if kernels else ""}
