"""Where the time of a step goes."""

from dataclasses import replace

from benchmarks.growth import length
from benchmarks.process import Worker
from benchmarks.result import Part, Table
from benchmarks.settings import Settings
from benchmarks.stats import Spread, rounds, spread
from benchmarks.task import MLP3, MLP9, Task

SECONDS = 1.0  # of a measurement
KINDS = ("products", "gather", "batch norm", "activation", "loss", "update", "rest")
COLUMNS = (("3 layers, 1 thread", MLP3, 1), ("9 layers, 1 thread", MLP9, 1), ("[1000, 1000], 2 threads", (1000, 1000), 2))


def run(settings: Settings) -> Part:
    """Look at the stack of three networks in training."""
    columns: dict[str, dict[str, Spread]] = {}
    for name, hidden, threads in COLUMNS:
        task = Task("profile", settings.data, hidden)
        with Worker("ours", threads) as worker:
            columns[name] = profiled(worker, replace(task, steps=settings.steps(length(task, SECONDS))), settings.repeats)
    table = Table("Microseconds per step, with batch norm", ["", *columns])
    table.rows = [[kind, *(column[kind] for column in columns.values())] for kind in (*KINDS, "all")]
    return Part("Where the time of a step goes", [table])


def profiled(worker: Worker, task: Task, repeats: int) -> dict[str, Spread]:
    """Microseconds per step by kind."""
    found: list[dict[str, float]] = []

    def measure() -> float:
        found.append(worker.ask(task))
        return sum(found[-1].values())

    rounds({"all": measure}, repeats)
    kinds = {kind: spread([1e6 * seconds.get(kind, 0.0) for seconds in found]) for kind in KINDS}
    return kinds | {"all": spread([1e6 * sum(seconds.values()) for seconds in found])}
