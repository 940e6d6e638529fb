"""Part 1: the time of a step, as a ratio to the floor, and the peers' to ours."""

from contextlib import ExitStack
from functools import partial

from benchmarks.process import AbsentError, Worker
from benchmarks.result import Cell, Part, Row, Table, milliseconds
from benchmarks.settings import Settings
from benchmarks.stats import Measure, Spread, ratio, rounds, spread
from benchmarks.task import MLP3, MLP9, Task

PEERS = {"PyTorch": "peers_torch", "JAX": "peers_jax", "scikit-learn": "peers_sklearn"}
HEAD = ["network", "threads", "ours, ms", "floor, ms", "ours / floor", *(f"{peer} / ours" for peer in PEERS)]

Ratios = dict[str, Spread]


def run(settings: Settings) -> Part:
    """Measure 3 and 9 layers, with and without batch norm, on 1 and 2 threads."""
    table, skipped = Table("Time of a step", HEAD), set[str]()
    found: dict[tuple[int, str, int], Ratios] = {}
    for threads in (1, 2):
        with ExitStack() as stack:
            workers = started(stack, threads, skipped)
            for hidden in (MLP3, MLP9):
                for norm in ("before", "none"):
                    task = Task("step", settings.data, hidden, norm, steps=settings.steps(225))
                    cells, ratios = measured(workers, task, settings.repeats)
                    found[len(hidden) + 1, norm, threads] = ratios
                    table.rows.append([f"{len(hidden) + 1} layers{', batch norm' if norm == 'before' else ''}", str(threads), *cells])
    return Part("Time of a step", [table], bounded(found), sorted(skipped))


def started(stack: ExitStack, threads: int, skipped: set[str]) -> dict[str, Worker]:
    """A process for each library that is installed."""
    workers = {"ours": stack.enter_context(Worker("ours", threads))}
    for name, module in PEERS.items():
        try:
            workers[name] = stack.enter_context(Worker(module, threads))
        except AbsentError as error:
            skipped.add(f"{name} ({error} is not installed)")
    return workers


def measured(workers: dict[str, Worker], task: Task, repeats: int) -> tuple[list[Cell], Ratios]:
    """The cells of a row of the table, and its ratios by name."""
    floor = Task("floor", task.data, task.hidden, task.norm, steps=task.steps)
    measures: dict[str, Measure] = {"floor": partial(workers["ours"].ask, floor)}
    for name, worker in workers.items():
        if name != "scikit-learn" or task.norm == "none":
            measures[name] = partial(worker.ask, task)
    seconds = rounds(measures, repeats)
    ratios = {"floor": ratio(seconds["ours"], seconds["floor"])}
    ratios |= {name: ratio(seconds[name], seconds["ours"]) for name in PEERS if name in seconds}
    cells: list[Cell] = [spread(milliseconds(seconds[name])) for name in ("ours", "floor")]
    return [*cells, ratios["floor"], *(ratios.get(name, "") for name in PEERS)], ratios


def bounded(found: dict[tuple[int, str, int], Ratios]) -> list[Row]:
    """The rows with a bound."""
    three, one, nine = found[3, "before", 2], found[3, "before", 1], found[9, "before", 2]
    absent = "not installed"
    return [
        Row("3 layers with batch norm, step / floor, 2 threads", three["floor"], 1.55, 1.35),
        Row("the same, 1 thread", one["floor"], 1.22, 1.12),
        Row("the same: PyTorch eager step / ours, 2 threads", three.get("PyTorch"), 1.9, 2.5, least=True, note=absent),
        Row("the same: JAX scan step / ours, 2 threads", three.get("JAX"), 1.8, 2.2, least=True, note=absent),
        Row("9 layers with batch norm: PyTorch step / ours, 2 threads", nine.get("PyTorch"), 2, 2.5, least=True, note=absent),
    ]
