"""`python -m ladder train | page | pictures`: train the rungs that docs/ladder.csv lacks, and write docs/ladder.md from it."""

import argparse
import sys
from collections.abc import Sequence

from ladder.page import write_page
from ladder.pictures import draw_pictures
from ladder.rungs import SEEDS
from ladder.train import train
from numlp.cli.main import exit_code


def main(argv: Sequence[str]) -> int:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m ladder", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    training = steps.add_parser("train", help="train what is missing, and add a row for each run as it ends")
    training.add_argument("rungs", nargs="*", help="beginnings of experiments, e.g. l05; all by default")
    training.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help=f"{' '.join(map(str, SEEDS))} by default")
    steps.add_parser("page", help="write docs/ladder.md and docs/ladder.png from docs/ladder.csv")
    steps.add_parser("pictures", help="draw docs/images/ladder-*.png from the runs in outputs/ladder")
    asked = parser.parse_args(argv)
    if asked.step == "pictures":
        draw_pictures()
        return 0
    if asked.step == "train":
        train(asked.rungs, asked.seeds)
    write_page()
    return 0


if __name__ == "__main__":
    sys.exit(exit_code("ladder", lambda: main(sys.argv[1:])))
