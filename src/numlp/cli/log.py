"""`numlp log`: bring MLflow up to date with the directories of runs, for a store that could not be reached."""

import argparse
import sys
from pathlib import Path

from numlp import paths
from numlp.errors import UserError
from numlp.paths import from_user
from numlp.tracking.run import log_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the directories."""
    text = "directory of a run, or of a sweep with its jobs (default: that of the pipeline's run, with its evaluation and plots)"
    parser.add_argument("folder", nargs="*", type=from_user, default=[paths.TRAIN], metavar="DIR", help=text)


def run(arguments: argparse.Namespace) -> int:
    """Log each run in the directories; the exit code is 1 if one of them could not be logged, else 0."""
    code = 0
    for folder in arguments.folder:
        parent = ""  # of the runs below the folder, where it is a sweep's
        for place in sorted((path.parent for path in folder.rglob(paths.ABOUT)), key=lambda path: len(path.parts)) or [folder]:
            try:
                about = log_folder(Path.cwd(), place, parent)
            except UserError as error:
                print(f"error: {error}", file=sys.stderr)
                code = 1
                continue
            print(f"log: {place}: MLflow has {about.name}, {about.status}")
            parent = about.run_id if place == folder else parent
    return code
