"""`numlp run`: the whole pipeline by DVC, in a folder with git or without, and its metrics."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from numlp import paths
from numlp.cli import show
from numlp.cli.init import in_git
from numlp.config.compose import compose_project
from numlp.data.sources import holds
from numlp.errors import UserError

LOCAL = Path(".dvc/config.local")


def run(arguments: argparse.Namespace) -> int:
    """Run `dvc repro`, and print the figures; the exit code is 1 where DVC fails.

    DVC cannot see another CIFAR10_ARCHIVE, an edited file, nor that CIFAR-10 can be had at last: the download stage then runs first.
    """
    git, without = in_git(Path()), LOCAL.exists() and "no_scm" in LOCAL.read_text()
    if git and without:
        dvc("config", "--local", "--unset", "core.no_scm")
    elif not git and not without:
        dvc("config", "--local", "core.no_scm", "true")
    data = compose_project(Path.cwd()).data
    changed = paths.DOWNLOAD.exists() and not holds(paths.DOWNLOAD, data, replaced=False)
    return (changed and dvc("repro", "--force", "--single-item", paths.DOWNLOAD.name)) or dvc("repro") or show.run(arguments)


def dvc(*arguments: str) -> int:
    """Run DVC, with this Python's commands first on the path: its stages call `numlp`; give 1 where it fails, else 0.

    Raises:
        UserError: The directory is read-only, or its path has braces; DVC would report a bug of its own.
    """
    folder = Path.cwd()
    if not os.access(folder, os.W_OK):
        raise UserError(f"the project's directory is read-only: {folder}; make it writable, or copy the project")
    if set("{}") & set(str(folder)):
        raise UserError(f"DVC cannot work below a directory with braces in its name: {folder}; rename it, or use numlp train")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return int(subprocess.run([sys.executable, "-m", "dvc", *arguments], env={**os.environ, "PATH": path}, check=False).returncode != 0)
