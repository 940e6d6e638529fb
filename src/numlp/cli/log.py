"""`numlp log`: bring MLflow up to date with the directories of runs, for a store that could not be reached."""

import argparse
import sys
from pathlib import Path

from numlp import paths
from numlp.errors import UserError
from numlp.paths import from_user
from numlp.tracking import log_folder, read_about, send_stage

STAGES = (paths.EVALUATE, paths.PLOT)  # which add to the run of the network in paths.TRAIN
PIPELINE = (paths.TRAIN, *STAGES)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the directories."""
    text = "directory of a run, or of a sweep with its jobs (default: those of the pipeline, in build/)"
    parser.add_argument("folder", nargs="*", type=from_user, default=PIPELINE, metavar="DIR", help=text)


def run(arguments: argparse.Namespace) -> int:
    """Log each run in the directories; the exit code is 1 if one of them could not be logged, else 0."""
    code = 0
    for folder in arguments.folder:
        if folder in PIPELINE and not folder.exists() and arguments.folder is PIPELINE:
            continue
        runs = sorted((path.parent for path in folder.rglob(paths.ABOUT)), key=lambda path: (len(path.parts), path))
        parents: dict[str, str] = {}  # the id of a sweep's run as its jobs have it: the one of now
        for run in runs or [folder]:
            try:
                print(f"log: {run}: {_log(run, parents)}")
            except UserError as error:
                print(f"error: {error}", file=sys.stderr)
                code = 1
    return code


def _log(folder: Path, parents: dict[str, str]) -> str:
    if folder in STAGES:
        send_stage(Path.cwd(), folder, paths.TRAIN / paths.MODEL)
        return "the run of the network has its files"
    before = read_about(folder).run_id
    about = log_folder(Path.cwd(), folder, parents)
    if not parents:  # the sweep's run comes before those of its jobs
        parents[before] = about.run_id
    return f"MLflow has {about.name}, {about.status}"
