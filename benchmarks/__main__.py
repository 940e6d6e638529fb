"""`make bench`: print the time of an update, this project's and three libraries', as a table of Markdown (docs/benchmarks.md)."""

import argparse
import json
import os
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from statistics import quantiles

from benchmarks.task import TASKS, Task
from numlp.tracking.run import environment_tags

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = {"ours": "numpy", "PyTorch": "torch", "JAX": "jax", "scikit-learn": "sklearn"}
MODULES = {"ours": "ours", "PyTorch": "baseline_torch", "JAX": "baseline_jax", "scikit-learn": "baseline_sklearn"}
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def main() -> int:
    """Measure, and print the table row by row."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="of each time")
    parser.add_argument("--steps", type=int, default=450, help="updates of a round, at most")
    parser.add_argument("--only", choices=TASKS, help="this network alone")
    options = parser.parse_args()
    print(f"| network | threads | {', ms | '.join(LIBRARIES)}, ms |\n|---|---|{'---|' * len(LIBRARIES)}")
    for name, threads in product([options.only] if options.only else TASKS, (1, 2)):
        cells = [measure(library, name, threads, options.steps, options.rounds) for library in LIBRARIES]
        print(f"| {name} | {threads} | {' | '.join(cells)} |", flush=True)
    tags = environment_tags(ROOT)
    names = ("numpy", "torch", "jax", "scikit-learn")
    there = [f"{name} {version(name)}" for name in names if find_spec(name.replace("scikit-learn", "sklearn"))]
    print(f"\n{tags['cpu']}, {os.cpu_count()} processors, {tags['blas']}, kernel {tags['blas_kernel']}, {', '.join(there)}")
    return 0


def measure(library: str, name: str, threads: int, steps: int, rounds: int) -> str:
    """Median and quartiles of an update in milliseconds, or an empty cell where the library is not there or cannot train that."""
    if not find_spec(LIBRARIES[library]) or not can_train(library, TASKS[name]):
        return ""
    flags = f"--xla_cpu_multi_thread_eigen={str(threads > 1).lower()} intra_op_parallelism_threads={threads}"
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    environment = {**os.environ, **dict.fromkeys(THREADS, str(threads)), "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu", "PYTHONPATH": path}
    command = [sys.executable, "-m", "benchmarks.measure", MODULES[library], name, str(steps), str(rounds)]
    lines = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    times = json.loads(lines[-1])
    low, median, high = quantiles(times, n=4, method="inclusive") if len(times) > 1 else times * 3
    return f"{median:.3g} ({low:.3g} to {high:.3g})"


def can_train(library: str, task: Task) -> bool:
    """Whether a library has what the task asks for: scikit-learn has no batch norm, and the JAX baseline no Adam."""
    return not {"scikit-learn": task.norm or task.adam, "JAX": task.adam}.get(library, False)


if __name__ == "__main__":
    sys.exit(main())
