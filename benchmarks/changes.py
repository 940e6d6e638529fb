"""What dropout, changed and mixed images cost: a step of a wide network with all of them against one with none."""

from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from benchmarks.growth import length
from benchmarks.libraries import BASELINES, OURS, present
from benchmarks.process import Worker
from benchmarks.result import Part, Row, Table, milliseconds
from benchmarks.settings import Settings
from benchmarks.stats import ratio, rounds, spread
from benchmarks.task import Task

HIDDEN, SECONDS = (2048, 1024, 512), 2.0  # of a measurement


def run(settings: Settings) -> Part:
    """Measure both steps, of ours and of PyTorch's, in turn."""
    task = Task("step", settings.data, HIDDEN)
    task = replace(task, steps=settings.steps(length(task, SECONDS)))
    table = Table(f"Time of a step of {list(HIDDEN)} with batch norm on 2 threads", ["", "plain, ms", "with all, ms", "with all / plain"])
    part = Part("Dropout 0.3, flip, shift by 4, cutout of 8 and mixup together", [table])
    with ExitStack() as stack:
        modules = {OURS: "ours"} | {name: BASELINES[name] for name in present() if name == "PyTorch"}
        workers = {name: stack.enter_context(Worker(module, 2)) for name, module in modules.items()}
        tasks = {changed: replace(task, changed=changed) for changed in (False, True)}
        found = rounds({(name, c): partial(worker.ask, tasks[c]) for name, worker in workers.items() for c in tasks}, settings.repeats)
    for name in workers:
        plain, changed = found[name, False], found[name, True]
        table.rows.append([name, spread(milliseconds(plain)), spread(milliseconds(changed)), ratio(changed, plain)])
    part.rows.append(
        Row("step with dropout, changed and mixed images / plain step", ratio(found[OURS, True], found[OURS, False]), 1.15, 1.1)
    )
    return part
