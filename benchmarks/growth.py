"""Part 2: cost as the work grows, as a ratio to the pure products of its shape, and peak memory."""

from dataclasses import replace
from functools import partial
from itertools import pairwise

from benchmarks.process import Worker
from benchmarks.result import Cell, Part, Row, Table, milliseconds
from benchmarks.settings import Settings
from benchmarks.stats import Spread, ratio, rounds, spread
from benchmarks.task import Task

WIDTHS, DEPTHS, BATCHES = (50, 100, 200, 500, 1000, 2000), (1, 2, 4, 8, 16), (10, 30, 100, 300, 1000)
HEAD = ["", "step, ms", "pure products, ms", "step / products", "peak memory without mapped files, MB"]
SECONDS, RATE, CALLS = 0.25, 5e10, 1e-4  # of a measurement; and roughly, to choose its length: operations a second, seconds a layer


def run(settings: Settings) -> Part:
    """Measure wider, deeper and larger batches, with batch norm, on 2 threads."""
    base = Task("step", settings.data)
    wide = {f"{width}": replace(base, hidden=(width, width)) for width in WIDTHS}
    deep = {f"{depth}": replace(base, hidden=(50,) * depth) for depth in DEPTHS}
    large = {f"{batch}": replace(base, batch=batch) for batch in BATCHES}
    tables, found = [], dict[Task, list[Cell]]()
    for title, tasks in (("Width of two hidden layers", wide), ("Hidden layers of width 50", deep), ("Images of a batch", large)):
        table = Table(title, [title.lower(), *HEAD[1:]])
        for name, task in tasks.items():
            if task not in found:
                found[task] = measured(task, settings)
            table.rows.append([name, *found[task]])
        tables.append(table)
    thousand = found[wide["1000"]][2]
    assert isinstance(thousand, Spread)
    row = Row("hidden [1000, 1000], batch 100: step / its pure products, 2 threads", thousand, 1.25, 1.12)
    return Part("Cost as the work grows", tables, [row])


def measured(task: Task, settings: Settings) -> list[Cell]:
    """The cells of one row, in a process of its own, so that its peak memory is this shape's."""
    task = replace(task, steps=settings.steps(length(task)))
    with Worker("ours", 2) as worker:
        peak = worker.ask(replace(task, what="peak"))
        ask = {what: partial(worker.ask, replace(task, what=what)) for what in ("all_products", "step")}
        seconds = rounds(ask, settings.repeats)
    step, products = seconds["step"], seconds["all_products"]
    return [spread(milliseconds(step)), spread(milliseconds(products)), ratio(step, products), f"{peak / 1e6:,.0f}"]


def length(task: Task) -> int:
    """Updates that take about a quarter of a second."""
    operations = sum(6 * task.batch * a * b for a, b in pairwise(task.sizes))
    return min(450, max(4, int(SECONDS / (operations / RATE + CALLS * len(task.sizes)))))
