"""One measurement as a whole command: `python -m benchmarks.alone MODULE TASK`, the task in JSON; it prints nothing and keeps nothing."""

import json
import sys
from importlib import import_module

from benchmarks.task import Task

if __name__ == "__main__":
    task = Task.from_json(json.loads(sys.argv[2]))
    getattr(import_module(f"benchmarks.{sys.argv[1]}"), task.what)(task)()
