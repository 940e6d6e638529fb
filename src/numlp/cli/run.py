"""`numlp run`: the whole pipeline by DVC, and its metrics."""

import argparse
from pathlib import Path

from numlp import paths
from numlp.cli import show
from numlp.cli.dvc import repro
from numlp.config.compose import compose_project
from numlp.data.sources import holds


def run(arguments: argparse.Namespace) -> int:
    """Run `dvc repro`, and print the figures; the exit code is DVC's.

    DVC cannot see another CIFAR10_ARCHIVE, an edited file, nor that CIFAR-10 can be had at last: the download stage then runs first.
    """
    changed = paths.DOWNLOAD.exists() and not holds(paths.DOWNLOAD, compose_project(Path.cwd()).data, replaced=False)
    if changed and (code := repro(Path(), "--force", "--single-item", paths.DOWNLOAD.name)):
        return code
    return repro(Path()) or show.run(arguments)
