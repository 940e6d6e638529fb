"""Part 4, first half: where a step's time goes."""

from functools import partial

from benchmarks.process import Worker
from benchmarks.result import Part, Table
from benchmarks.settings import Settings
from benchmarks.stats import Spread, rounds, spread
from benchmarks.task import MLP3, MLP9, Task

KINDS = ("products", "gather", "batch norm", "rectifier", "loss", "update", "rest")


def run(settings: Settings) -> Part:
    """Look at the stack of both networks in training, on 1 and 2 threads."""
    columns: dict[str, dict[str, Spread]] = {}
    for threads in (1, 2):
        with Worker("ours", threads) as worker:
            for hidden in (MLP3, MLP9):
                name = f"{len(hidden) + 1} layers, {threads} thread{'s' if threads > 1 else ''}"
                columns[name] = profiled(worker, Task("profile", settings.data, hidden, steps=settings.steps(900)), settings.repeats)
    table = Table("Where a step's time goes, us, with batch norm", ["", *columns])
    table.rows = [[kind, *(column[kind] for column in columns.values())] for kind in (*KINDS, "all")]
    return Part("Where the time of a step goes", [table])


def profiled(worker: Worker, task: Task, repeats: int) -> dict[str, Spread]:
    """Microseconds a step by kind."""
    found: list[dict[str, float]] = []

    def measure() -> float:
        found.append(worker.ask(task))
        return sum(found[-1].values())

    rounds({"all": partial(measure)}, repeats)
    kinds = {kind: spread([1e6 * one.get(kind, 0.0) for one in found]) for kind in KINDS}
    return kinds | {"all": spread([1e6 * sum(one.values()) for one in found])}
