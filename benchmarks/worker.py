"""A measuring process: reads tasks as lines of JSON, and answers each with a line. `benchmarks.process` starts it."""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.task import Task
from numlp.blas import library


def main(module_name: str) -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    module = import_module(f"benchmarks.{module_name}")
    print(json.dumps({"kernel": library()[1]}), file=answers, flush=True)
    prepared: dict[Task, Callable[[], Any]] = {}
    for line in sys.stdin:
        task = Task.from_json(json.loads(line))
        if task not in prepared:
            prepared[task] = getattr(module, task.what)(task)
            prepared[task]()
        print(json.dumps({"answer": prepared[task]()}), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
