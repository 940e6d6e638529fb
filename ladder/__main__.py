"""`python -m ladder [RUNG ...]`: train the rungs that build/ladder.csv lacks, and print the rows of docs/ladder.md's table for them.

Nothing in docs/ changes: who wants the new rows there copies build/ladder.csv and edits the page, which a test compares with its rows.
"""

import argparse
import sys
from collections.abc import Sequence

from ladder.rows import BUILD, read
from ladder.rungs import SEEDS
from ladder.stats import steps, table_row
from ladder.train import train
from numlp.cli.main import exit_code


def main(argv: Sequence[str]) -> int:
    """Train, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m ladder", description=__doc__)
    parser.add_argument("rungs", nargs="*", help="beginnings of experiments, e.g. l05; all by default")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help=f"{' '.join(map(str, SEEDS))} by default")
    asked = parser.parse_args(argv)
    train(asked.rungs, asked.seeds)
    for step in steps(read(BUILD)):
        print(table_row(step))
    return 0


if __name__ == "__main__":
    sys.exit(exit_code("ladder", lambda: main(sys.argv[1:])))
