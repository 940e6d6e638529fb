"""`make bench`, or `python -m benchmarks [PART ...]`: measure, print, and write docs/benchmarks.md and its figure."""

import argparse
import sys
import time
from importlib import import_module

from benchmarks.machine import about
from benchmarks.places import arrays
from benchmarks.report import keep, markdown, write
from benchmarks.settings import Settings

PARTS = ("step", "growth", "lambdas", "recording", "profile", "warm_up", "pipeline")
LEAST = 7  # repeats of what is written to docs


def main() -> int:
    """Run the parts that are named, or all; 1 where a bound is not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; none means all")
    parser.add_argument("--repeats", type=int, default=9, help=f"rounds of each row; below {LEAST} nothing is written")
    parser.add_argument("--scale", type=float, default=1.0, help="factor of the steps of a measurement; below 1 nothing is written")
    asked = parser.parse_args()
    if wrong := set(asked.parts) - set(PARTS):
        parser.error(f"need parts of {', '.join(PARTS)}, got {', '.join(sorted(wrong))}")
    settings = Settings(arrays(), asked.repeats, asked.scale)
    found, started = {}, time.monotonic()
    for name in asked.parts or PARTS:
        start = time.monotonic()
        print(f"bench: {name} ...", file=sys.stderr, flush=True)
        part = import_module(f"benchmarks.{name}").run(settings)
        part.about = about(settings, time.monotonic() - start)
        found[name] = part
        print(markdown(name, part), flush=True)
        if settings.repeats >= LEAST and settings.scale >= 1:
            keep(name, part)
    if settings.repeats >= LEAST and settings.scale >= 1:
        write(PARTS)
    print(f"bench: {time.monotonic() - started:.0f} s", file=sys.stderr)
    return int(any(row.verdict == "NO" for part in found.values() for row in part.rows))


if __name__ == "__main__":
    sys.exit(main())
