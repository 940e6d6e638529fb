"""DVC as a process, in a folder with git or without."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from numlp.errors import UserError


def repro(project: Path, *targets: str) -> int:
    """Run `dvc repro` in `project`, with its git checkout where there is one by now, and without git where there is none."""
    local = project / ".dvc" / "config.local"
    without = local.exists() and "no_scm" in local.read_text()
    if in_git(project) and without:
        dvc("config", "--local", "--unset", "core.no_scm", folder=project)
    elif not in_git(project) and not without:
        dvc("config", "--local", "core.no_scm", "true", folder=project)
    return dvc("repro", *targets, folder=project)


def in_git(folder: Path) -> bool:
    """Whether `folder` is in a git checkout."""
    inner = folder.absolute()
    return any((outer / ".git").exists() for outer in (inner, *inner.parents))


def dvc(*arguments: str, folder: Path, environment: Mapping[str, str] = os.environ) -> int:
    """Run DVC in `folder`, with this Python's commands first on the path: its stages call `numlp`; give its exit code.

    Raises:
        UserError: The directory is read-only, or its path has braces; DVC would report a bug of its own.
    """
    if not os.access(folder, os.W_OK):
        raise UserError(f"the project's directory is read-only: {folder.absolute()}; make it writable, or copy the project")
    if set("{}") & set(str(folder.absolute())):
        raise UserError(f"DVC cannot work below a directory with braces in its name: {folder.absolute()}; rename it, or use numlp train")
    path = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", os.defpath)])
    command = [sys.executable, "-m", "dvc", *arguments]
    return subprocess.run(command, cwd=folder, env={**environment, "PATH": path}, check=False).returncode
