"""The time of a step of wide networks with batch norm on two threads, with SGD and Adam, and what 20 epochs of them come to."""

from dataclasses import replace
from itertools import product

from benchmarks.growth import length
from benchmarks.libraries import BASELINES, BOUND, OURS, Libraries, Seconds
from benchmarks.result import Cell, Part, Row, Table, milliseconds
from benchmarks.settings import Settings
from benchmarks.stats import ratio, spread
from benchmarks.step import against
from benchmarks.task import Task

NETWORKS, OPTIMISERS, BATCHES = ((1000, 1000), (2048, 1024, 512)), ("sgd", "adam"), (100, 500)
NAMES = {"sgd": "SGD", "adam": "Adam"}
LIBRARIES = [name for name in BASELINES if name != "scikit-learn"]  # it has no batch norm
HEAD = ["batch", "ours, ms", "all products, ms", "ours / products", *(f"{name}, ms" for name in LIBRARIES), "PyTorch / ours"]
SECONDS, RUN = 1.0, 9000  # of a measurement; updates in 20 epochs of batches of 100


def run(settings: Settings) -> Part:
    """Measure every network, optimiser and batch size."""
    part = Part("Wide networks", [Table("Time of a step with batch norm on 2 threads", ["network", "optimiser", *HEAD])])
    with Libraries((2,)) as libraries:
        for hidden, optimiser, batch in product(NETWORKS, OPTIMISERS, BATCHES):
            task = Task("step", settings.data, hidden, optimiser=optimiser, batch=batch)
            seconds = libraries.measure(replace(task, steps=settings.steps(length(task, SECONDS))), settings.repeats, "all_layers")
            part.tables[0].rows.append([str(list(hidden)), NAMES[optimiser], *cells(batch, seconds)])
            if batch == 100:
                conclude(part, f"{list(hidden)}, {NAMES[optimiser]}", seconds)
    return part


def cells(batch: int, seconds: Seconds) -> list[Cell]:
    """A row of the table, from the batch size on."""
    times = [seconds.get((name, 2)) for name in (OURS, BOUND, *LIBRARIES)]
    ours, products, *baselines = (spread(milliseconds(s)) if s else "" for s in times)
    return [str(batch), ours, products, ratio(seconds[OURS, 2], seconds[BOUND, 2]), *baselines, against(seconds, "PyTorch") or ""]


def conclude(part: Part, name: str, seconds: Seconds) -> None:
    """Add the bounds of a network, and its cost."""
    if name == "[1000, 1000], SGD":
        bound = ratio(seconds[OURS, 2], seconds[BOUND, 2])
        part.rows.append(Row(f"{name}, batch norm, 2 threads: step / all its products", bound, 1.2, 1.1))
    part.rows.append(Row(f"{name}, batch norm, 2 threads: PyTorch / ours", against(seconds, "PyTorch"), 1.3, 1.6, least=True))
    times = (seconds.get((library, 2)) for library in (OURS, *BASELINES))
    costs: list[Cell] = [spread([RUN * s for s in found]) if found else "" for found in times]
    part.costs.append([f"{name}, batch norm: 20 epochs on 2 threads, from the time of a step", *costs])
