"""`numlp` with a look at its stack: `python -m benchmarks.sampled FILE COMMAND ...` adds a line of JSON to FILE."""

import json
import sys
from pathlib import Path

from benchmarks.sampler import PIPELINE, Sampler


def main(file: Path, arguments: list[str]) -> int:
    """Run the command; its exit code."""
    with Sampler(PIPELINE, interval=0.005) as sampler:
        from numlp.cli.main import main as numlp

        sys.argv = ["numlp", *arguments]
        code = numlp(arguments)
    with file.open("a") as out:
        print(json.dumps({"command": arguments[0], "seconds": sampler.seconds}), file=out)
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
