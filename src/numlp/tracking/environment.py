"""Tags that say what a run was made with, and where."""

import os
import platform
import socket
import subprocess
from importlib.metadata import version
from pathlib import Path

from numlp.threads import library

UNKNOWN = "none"


def environment_tags(root: Path) -> dict[str, str]:
    """Code, libraries and machine, as tags.

    Returns:
        git_commit and git_dirty (true or false; untracked files count; both `none` outside a checkout and without git),
        numlp, python, blas and blas_kernel, cpu, host, pid, pid_namespace.
    """
    blas, kernel = library()
    return {
        **_git(root),
        "numlp": version("numlp"),
        "python": platform.python_version(),
        "blas": blas,
        "blas_kernel": kernel,
        "cpu": _cpu(),
        "host": socket.gethostname(),
        "pid": str(os.getpid()),
        "pid_namespace": pid_namespace(),
    }


def pid_namespace() -> str:
    """The namespace of process numbers, since two containers can have one host name and the same numbers."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:  # not Linux
        return UNKNOWN


def _git(root: Path) -> dict[str, str]:
    command = ["git", "-C", str(root), "--no-optional-locks", "status", "--porcelain=v2", "--branch"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return {"git_commit": UNKNOWN, "git_dirty": UNKNOWN}
    lines = answer.splitlines()
    commit = next(line.removeprefix("# branch.oid ") for line in lines if line.startswith("# branch.oid "))
    return {"git_commit": commit, "git_dirty": str(any(not line.startswith("#") for line in lines)).lower()}


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine() or UNKNOWN)
