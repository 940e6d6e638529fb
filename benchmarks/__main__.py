"""`make bench`, or `python -m benchmarks [PART ...]`: measure, print, and write docs/benchmarks.md and its figure.

With --kernel, NumPy's OpenBLAS runs the kernels for another CPU; their results stand beside those of this CPU's own.
"""

import argparse
import os
import sys
import time
from importlib import import_module

from benchmarks.machine import about
from benchmarks.places import PLACE, arrays
from benchmarks.process import ROOT, Worker
from benchmarks.report import keep, print_part, write
from benchmarks.result import Part
from benchmarks.settings import Settings

PARTS = ("command", "pipeline", "sweep", "step", "wide", "changes", "growth", "profile")  # in the order of the page
ALONE = "sweep"  # takes as long as all others together, and is measured when it is named
LEAST = 7  # rounds of what is written to docs


def main() -> int:
    """Run the parts that are named, or all but the sweep; 1 where a target is missed."""
    arguments = parse()
    settings = Settings(arrays(), arguments.repeats, arguments.scale)
    rehearsal = settings.repeats < LEAST or settings.scale < 1
    folder = PLACE if rehearsal else ROOT / "docs"
    with Worker("ours", 1) as worker:
        kernel = worker.kernel
    parts, started = list[Part](), time.monotonic()
    for name in arguments.parts or [part for part in PARTS if part != ALONE]:
        start = time.monotonic()
        print(f"bench: {name} ...", file=sys.stderr, flush=True)
        part = import_module(f"benchmarks.{name}").run(settings)
        seconds = time.monotonic() - start
        print(f"bench: {name} took {seconds:.0f} s", file=sys.stderr, flush=True)
        part.about = about(settings, seconds)
        parts.append(part)
        print_part(name, kernel, part)
        keep(folder, name, kernel, part)
    write(folder, PARTS)
    print(f"bench: {time.monotonic() - started:.0f} s; the page: {folder / 'benchmarks.md'}", file=sys.stderr)
    return int(any(row.verdict == "NO" for part in parts for row in part.rows))


def parse() -> argparse.Namespace:
    """The command line; `--kernel` counts for every process that is started from here."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; none means all but {ALONE}")
    parser.add_argument("--repeats", type=int, default=LEAST, help=f"rounds of each row; below {LEAST} it is a rehearsal (page in {PLACE})")
    parser.add_argument("--scale", type=float, default=1.0, help="factor of the steps of a measurement; below 1 it is a rehearsal")
    parser.add_argument("--kernel", help="kernels of NumPy's OpenBLAS, e.g. Haswell; default: this CPU's own")
    arguments = parser.parse_args()
    if wrong := set(arguments.parts) - set(PARTS):
        parser.error(f"expected parts of {', '.join(PARTS)}, got {', '.join(sorted(wrong))}")
    if arguments.kernel:
        os.environ["OPENBLAS_CORETYPE"] = arguments.kernel
    return arguments


if __name__ == "__main__":
    sys.exit(main())
