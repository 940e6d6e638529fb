"""A measuring process: reads tasks as lines of JSON, and answers each with a line. `benchmarks.process` starts it."""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from benchmarks.task import Task


def main(peer: str) -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    try:
        module = import_module(f"benchmarks.{peer}")
    except ModuleNotFoundError as error:
        print(json.dumps({"absent": error.name}), file=answers, flush=True)
        return
    print(json.dumps({"ready": peer}), file=answers, flush=True)
    prepared: dict[Task, Callable[[], Any]] = {}
    for line in sys.stdin:
        message = json.loads(line)
        task = Task.from_json(message["task"])
        if task not in prepared:
            prepared[task] = getattr(module, task.what)(task)
            if message["warm"]:
                prepared[task]()
        print(json.dumps({"answer": prepared[task]()}), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
