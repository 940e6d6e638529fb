"""`make bench`: print the time of an update, this project's and three libraries', as a table of Markdown (docs/benchmarks.md)."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.metadata import version
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from omegaconf import OmegaConf

from numlp.threads import cores
from numlp.tracking.run import environment_tags

ROOT = Path(__file__).resolve().parents[1]
SETTINGS: Any = OmegaConf.to_container(OmegaConf.load(Path(__file__).with_name("tasks.yaml")))
LIBRARIES = {name: library for name, library in SETTINGS["libraries"].items() if find_spec(library["package"])}
ENVIRONMENT = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}", "PYTHON": sys.executable}

Key = tuple[str, int, str]  # a library, its threads, and the CPU that NumPy's kernels are written for ("" where it has its own)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="of each time")
    parser.add_argument("--only", nargs="+", choices=SETTINGS["tasks"], default=list(SETTINGS["tasks"]), metavar="ROW")
    parser.add_argument("--kernels", nargs="+", default=["", *SETTINGS["kernels"]], help="of OpenBLAS; '' is this CPU's own")
    parser.add_argument("--threads", nargs="+", type=int, default=sorted({1, cores()}), help="of which the faster number counts")
    options = parser.parse_args()
    columns = ["milliseconds", "kernel", *LIBRARIES, *(f"{above} / {below}" for above, below in SETTINGS["ratios"])]
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    with ExitStack() as stack:
        workers = dict(start(stack, options.threads, options.kernels))
        for name, task in ((name, SETTINGS["tasks"][name]) for name in options.only):
            able, counts = task.pop("libraries", SETTINGS["usual"]), options.threads if "steps" in task else options.threads[-1:]
            times: dict[Key, list[float]] = {key: [] for key in workers if key[0] in able and key[1] in counts}
            for _, key in product(range(options.rounds), times):
                time.sleep(0.05)  # by then the threads of the round before are asleep
                for _ in range(1 + ("steps" in task)):  # the second time counts: caches and threads are warm, as in a training
                    print(json.dumps(task), file=workers[key].stdin, flush=True)
                    seconds = float(workers[key].stdout.readline())
                times[key].append(seconds * 1000 / task["steps"] if "steps" in task else seconds)
            for kernel in dict.fromkeys(kernel for _, _, kernel in workers if kernel):
                print(f"| {name} | {kernel} | {' | '.join(cells(times, kernel))} |", flush=True)
    packages = ", ".join(f"{package} {version(package)}" for package in ("numpy", "torch", "jax") if find_spec(package))
    print(f"\n{environment_tags(ROOT)['cpu']}, {cores()} processors, {environment_tags(ROOT)['blas']}, {packages}")


def start(stack: ExitStack, threads: list[int], kernels: list[str]) -> Iterator[tuple[Key, Any]]:
    """Yield a process of each library, number of threads and kernel; that of a kernel which the CPU lacks dies without an answer."""
    for (name, library), count in product(LIBRARIES.items(), threads):
        variables = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(count))
        for kernel in kernels if library["blas"] else [""]:
            environment = ENVIRONMENT | variables | ({"OPENBLAS_CORETYPE": kernel} if kernel else {})
            command = [sys.executable, "-m", "benchmarks.worker", library["prepare"], str(count)]
            process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            if answer := stack.enter_context(process).stdout.readline().strip():
                yield (name, count, answer if library["blas"] else ""), process


def cells(times: dict[Key, list[float]], kernel: str) -> Iterator[str]:
    """Yield median and quartiles of each library with the threads that suit it, then of the ratios, each of two times of a round."""
    suited = {key[0]: key for key in sorted(times, key=lambda key: -median(times[key])) if key[2] in ("", kernel)}
    if "products" in suited:
        suited["products"] = ("products", *suited["ours"][1:])
    yield from (f"{spread(times[suited[name]])} x{suited[name][1]}" if name in suited else "" for name in LIBRARIES)
    for pair in SETTINGS["ratios"]:
        rounds = zip(*(times[suited[name]] for name in pair), strict=True) if suited.keys() >= set(pair) else []
        yield spread([above / below for above, below in rounds])


def spread(values: list[float]) -> str:
    low, middle, high = quantiles(values if len(values) > 1 else values * 2, n=4, method="inclusive") if values else [0.0] * 3
    return f"{middle:.3g} ({low:.3g} to {high:.3g})" if values else ""


if __name__ == "__main__":
    main()
