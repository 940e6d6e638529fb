"""Time of a step as the network or the batch grows, beside the baselines."""

from dataclasses import replace
from itertools import pairwise

from benchmarks.libraries import BOUND, OURS, Libraries, Seconds, best
from benchmarks.result import Cell, Part, Table, milliseconds
from benchmarks.settings import Settings
from benchmarks.stats import ratio, spread
from benchmarks.step import against
from benchmarks.task import Task

WIDTHS, DEPTHS, BATCHES = (50, 200, 500, 1000, 2000), (1, 2, 4, 8, 16), (10, 30, 100, 300, 1000)
HEAD = ["threads", "ours, ms", "all products, ms", "ours / products", "PyTorch, ms", "JAX, ms", "PyTorch / ours", "JAX / ours"]
SECONDS, RATE, CALLS = 0.15, 5e10, 1e-4  # of a measurement; and roughly, to choose its length: operations per second, seconds per layer


def run(settings: Settings) -> Part:
    """Measure wider, deeper and larger batches with batch norm, each library with the number of threads that suits it best."""
    base = Task("step", settings.data)
    wide = {f"{width}": replace(base, hidden=(width, width)) for width in WIDTHS}
    deep = {f"{depth}": replace(base, hidden=(50,) * depth) for depth in DEPTHS}
    large = {f"{batch}": replace(base, batch=batch) for batch in BATCHES}
    tables, found = [], dict[Task, list[Cell]]()
    with Libraries((1, 2)) as libraries:
        for title, tasks in (("Width of two hidden layers", wide), ("Hidden layers of width 50", deep), ("Batch size", large)):
            table = Table(title, [title.lower(), *HEAD])
            for name, task in tasks.items():
                if task not in found:
                    lasting = replace(task, steps=settings.steps(length(task, SECONDS)))
                    found[task] = cells(libraries.measure(lasting, settings.repeats, "all_layers"))
                table.rows.append([name, *found[task]])
            tables.append(table)
    return Part("Growth with width, depth and batch size", tables)


def cells(seconds: Seconds) -> list[Cell]:
    """A row of a table, from our number of threads on."""
    ours = best(seconds, OURS)
    assert ours is not None  # it is always measured
    products = seconds[BOUND, ours[1]]
    times = [seconds[key] if (key := best(seconds, name)) else None for name in ("PyTorch", "JAX")]
    baselines = [spread(milliseconds(s)) if s else "" for s in times]
    ratios = [against(seconds, name) or "" for name in ("PyTorch", "JAX")]
    bound = [spread(milliseconds(seconds[ours])), spread(milliseconds(products)), ratio(seconds[ours], products)]
    return [str(ours[1]), *bound, *baselines, *ratios]


def length(task: Task, seconds: float) -> int:
    """Updates that take about `seconds`, at most an epoch's."""
    operations = sum(6 * task.batch * a * b for a, b in pairwise(task.sizes))
    return min(450, max(4, int(seconds / (operations / RATE + CALLS * len(task.sizes)))))
