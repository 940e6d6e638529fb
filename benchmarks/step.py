"""The time of a step of the narrow networks: ours, its products, and every baseline."""

from dataclasses import replace

from benchmarks.libraries import BASELINES, BOUND, OURS, Libraries, Seconds, best
from benchmarks.result import Cell, Part, Row, Table, milliseconds
from benchmarks.settings import Settings
from benchmarks.stats import Spread, ratio, spread
from benchmarks.task import MLP9, Task

THREADS = (1, 2)
HEAD = ["network", "threads", "ours, ms", "products of the first layer, ms", "ours / products", *(f"{name}, ms" for name in BASELINES)]
STEPS = 450  # an epoch


def run(settings: Settings) -> Part:
    """Measure 3 and 9 layers with batch norm, and 3 without, on 1 and 2 threads."""
    table, found = Table("Time of a step", HEAD), dict[str, Seconds]()
    task = Task("step", settings.data, steps=settings.steps(STEPS))
    networks = {"3 layers, batch norm": task, "9 layers, batch norm": replace(task, hidden=MLP9), "3 layers": replace(task, norm="none")}
    with Libraries(THREADS) as libraries:
        for name, network in networks.items():
            found[name] = libraries.measure(network, settings.repeats, "first_layer")
            table.rows += [[name, *cells(found[name], threads)] for threads in THREADS]
    three, nine = (found[f"{layers} layers, batch norm"] for layers in (3, 9))
    rows = [
        Row("3 layers, batch norm, 1 thread: step / the first layer's two products", ratio(three[OURS, 1], three[BOUND, 1]), 1.22, 1.15),
        Row("3 layers, batch norm, best threads of each: PyTorch / ours", against(three, "PyTorch"), 1.7, 2.2, least=True),
        Row("9 layers, batch norm, best threads of each: PyTorch / ours", against(nine, "PyTorch"), 2.2, 3, least=True),
        Row("3 layers, batch norm, best threads of each: JAX scan / ours", against(three, "JAX"), 1.5, 2, least=True),
    ]
    return Part("Narrow networks", [table], rows)


def cells(seconds: Seconds, threads: int) -> list[Cell]:
    """A row of the table."""
    times = {name: seconds.get((name, threads)) for name in (OURS, BOUND, *BASELINES)}
    ours, products, *baselines = (spread(milliseconds(s)) if s else "" for s in times.values())
    return [str(threads), ours, products, ratio(seconds[OURS, threads], seconds[BOUND, threads]), *baselines]


def against(seconds: Seconds, name: str) -> Spread | None:
    """A baseline's time over ours, each with its best number of threads; None where it was not measured."""
    baseline, ours = best(seconds, name), best(seconds, OURS)
    return ratio(seconds[baseline], seconds[ours]) if baseline and ours else None
