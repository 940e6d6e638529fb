"""This project and its baselines, each in a process per number of threads, measured in turn."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from importlib.util import find_spec

import numpy as np

from benchmarks.process import Worker
from benchmarks.stats import Measure, rounds
from benchmarks.task import Task

OURS, BOUND = "ours", "products"
BASELINES = {"PyTorch": "baseline_torch", "JAX": "baseline_jax", "scikit-learn": "baseline_sklearn"}
PACKAGES = {"PyTorch": "torch", "JAX": "jax", "scikit-learn": "sklearn"}

Key = tuple[str, int]  # the library, or BOUND, and its threads
Seconds = Mapping[Key, Sequence[float]]


class Libraries(ExitStack):
    """The processes of all libraries that are installed, for each of `threads`."""

    def __init__(self, threads: Sequence[int]) -> None:
        super().__init__()
        self._workers: dict[Key, Worker] = {(OURS, count): self.enter_context(Worker("ours", count)) for count in threads}
        for name in present():
            self._workers |= {(name, count): self.enter_context(Worker(BASELINES[name], count)) for count in threads}

    def measure(self, task: Task, repeats: int, bound: str) -> Seconds:
        """Seconds per step of each library that can train `task`, and of its products: `first_layer` or `all_layers`."""
        measures: dict[Key, Measure] = {}
        for (name, threads), worker in self._workers.items():
            if name == OURS:
                measures[BOUND, threads] = partial(worker.ask, replace(task, what=bound))
            if can_train(name, task):
                measures[name, threads] = partial(worker.ask, task)
        return rounds(measures, repeats)


def present() -> list[str]:
    """The baselines that are installed."""
    return [name for name, package in PACKAGES.items() if find_spec(package)]


def skipped() -> list[str]:
    """The others."""
    return [f"{name} (not installed)" for name in BASELINES if name not in present()]


def can_train(name: str, task: Task) -> bool:
    """Whether a library has what the task asks for: scikit-learn has no batch norm, and the JAX baseline plain SGD alone."""
    plain = task.optimiser == "sgd" and not task.changed
    return {"scikit-learn": plain and task.norm == "none", "JAX": plain}.get(name, True)


def best(seconds: Seconds, name: str) -> Key | None:
    """The number of threads with which `name` is fastest in the median; None where it was not measured."""
    keys = [key for key in seconds if key[0] == name]
    return min(keys, key=lambda key: float(np.median(seconds[key])), default=None)
