"""What a library is timed at that trains one network after the other."""

from collections.abc import Callable
from time import perf_counter

from benchmarks.task import Task

Trained = Callable[[Task, float], Callable[[], None]]
"""Makes what trains a network of the task's shape with the given lambda; again, where it is called again."""


def step(trained: Trained, task: Task) -> Callable[[], float]:
    """Seconds an update, all of training divided by its updates."""
    run = trained(task, task.lams[0])

    def measure() -> float:
        start = perf_counter()
        run()
        return (perf_counter() - start) / task.steps

    return measure


def networks(trained: Trained, task: Task) -> Callable[[], float]:
    """Seconds to train a network for each of the task's lams, one after the other."""

    def measure() -> float:
        start = perf_counter()
        for lam in task.lams:
            trained(task, lam)()
        return perf_counter() - start

    return measure
