"""Time one library on one task in a process of its own: `benchmarks.__main__` starts it, and reads the milliseconds that it prints."""

import json
import sys
from dataclasses import replace
from importlib import import_module
from time import perf_counter

from benchmarks.task import TASKS, draw_images


def main(module: str, name: str, steps: str, rounds: str) -> None:
    """Print the milliseconds of an update in each round, after a first round that does not count."""
    task = TASKS[name]
    task = replace(task, steps=min(task.steps, int(steps)))
    train = import_module(f"benchmarks.{module}").prepare(task, *draw_images())
    times = []
    for _ in range(1 + int(rounds)):
        start = perf_counter()
        train()
        times.append(1000 * (perf_counter() - start) / task.steps)
    print(json.dumps(times[1:]))


if __name__ == "__main__":
    main(*sys.argv[1:])
