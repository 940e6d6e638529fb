"""A process of one library and one number of threads: it reads a task a line, and answers each with the seconds of a round."""

import json
import subprocess
import sys
from functools import partial
from pkgutil import resolve_name
from time import perf_counter

from benchmarks.task import Task, draw_images
from numlp.threads import blas_threads, library


def main(place: str, threads: int) -> None:
    """Answer until the input ends; first with the CPU that NumPy's kernels are written for, once they have made a product."""
    prepare, last = resolve_name(f"benchmarks.{place}"), ""
    with blas_threads(threads):
        print(library()[1], flush=True)
    part = draw_images()
    for line in sys.stdin:
        if line != last:
            last, task = line, json.loads(line)
            if "commands" in task:
                train = partial(subprocess.run, ["/bin/sh", "-c", task["commands"][place]], stdout=subprocess.DEVNULL, check=True)
            else:
                train = prepare(Task(**task), part, threads)
        start = perf_counter()
        train()
        print(perf_counter() - start, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
