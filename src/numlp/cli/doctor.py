"""`numlp doctor`: problems of the machine and the project that would stop or spoil a run, with their remedies."""

import argparse
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import psutil
from omegaconf import OmegaConf
from rich.console import Console
from rich.table import Table
from rich.text import Text

from numlp import paths
from numlp.config.compose import compose_project
from numlp.config.naming import caption, deciding_choices
from numlp.data.cifar10 import find_archive
from numlp.errors import UserError, without_password
from numlp.files import known_sha256
from numlp.threads import cores, library
from numlp.tracking import address, find_abandoned

Level: TypeAlias = Literal["ok", "warning", "error"]
COLORS: dict[Level, str] = {"ok": "green", "warning": "yellow", "error": "red"}
GB = 1e9
DISK = 0.3  # GB: a run with its files, arrays and DVC's copies


class Finding(NamedTuple):
    """The result of a check: an error makes a run fail, a warning may do so, and both say the remedy."""

    level: Level
    text: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare --fix."""
    parser.add_argument("--fix", action="store_true", help="mark runs in MLflow as KILLED that are RUNNING without a process")


def run(arguments: argparse.Namespace) -> int:
    """Print a row for each check; the exit code is 1 if one is an error, else 0."""
    checks: dict[str, Callable[[], Finding]] = {"machine": check_machine, "project": check_project}
    if paths.CIFAR10.exists():
        checks |= {"configuration": check_configuration, "data": check_data, "MLflow": lambda: check_mlflow(arguments.fix)}
    findings = {name: examine(check) for name, check in checks.items()}
    show(findings)
    return int(any(finding.level == "error" for finding in findings.values()))


def examine(check: Callable[[], Finding]) -> Finding:
    """Make a check, whose UserError is an error."""
    try:
        return check()
    except UserError as error:
        return Finding("error", str(error))


def check_machine() -> Finding:
    """The machine: BLAS with its kernel, on which last bits depend, cores, memory and disk."""
    blas, kernel = library()
    memory, disk = psutil.virtual_memory().available / GB, shutil.disk_usage(Path.cwd()).free / GB
    text = f"{blas}, {kernel} kernel; {cores()} cores, {memory:.1f} GB of memory and {disk:.1f} GB of disk free"
    if blas == "none":
        return Finding("warning", f"{text}; install NumPy from PyPI: training is far slower without BLAS")
    return Finding("ok", text) if disk >= DISK else Finding("warning", f"{text}; dvc gc -w deletes results that are not in use")


def check_project() -> Finding:
    """Whether this is a project's directory, in which files can be made."""
    if not paths.CIFAR10.exists():
        raise UserError(f"file not found: {paths.CIFAR10}; go to the project's directory, or create one with numlp init DIR")
    if not os.access(Path.cwd(), os.W_OK):
        raise UserError(f"{Path.cwd()} is read-only; make it writable, or choose another directory")
    return Finding("ok", str(Path.cwd()))


def check_configuration() -> Finding:
    """What params.yaml and conf/ compose to."""
    return Finding("ok", caption(deciding_choices(compose_project(Path.cwd()))))


def check_data() -> Finding:
    """The archive of CIFAR-10 that a run would read, and its SHA-256 checksum."""
    official = str(OmegaConf.select(OmegaConf.load(paths.CIFAR10), "sha256"))
    if paths.from_environment("CIFAR10_ARCHIVE") is not None:
        path = find_archive("", official, ())
        return Finding("ok", f"{path}" + ("" if known_sha256(path) == official else " (accepted by CIFAR10_SHA256; not the official file)"))
    if not paths.ARCHIVE.exists():
        return Finding("ok", f"no archive in {paths.ARCHIVE.parent}; the next run downloads it")
    if known_sha256(paths.ARCHIVE) != official:
        raise UserError(f"{paths.ARCHIVE}: not the official file; delete it, and the next run downloads it again")
    return Finding("ok", str(paths.ARCHIVE))


def check_mlflow(fix: bool) -> Finding:
    """Whether the store can be used, and its runs whose process is gone, which `fix` closes."""
    runs, text = find_abandoned(Path.cwd(), close=fix), without_password(address(Path.cwd()))
    if not runs:
        return Finding("ok", text)
    names = ", ".join(runs)
    if fix:
        return Finding("ok", f"{text}; marked as KILLED: {names}")
    return Finding("warning", f"{text}; {len(runs)} RUNNING without a process: {names}; numlp doctor --fix marks them as KILLED")


def show(findings: dict[str, Finding]) -> None:
    """Print the findings as a table, and a line that counts them."""
    console, table = Console(highlight=False), Table(box=None, pad_edge=False)
    for heading in ("check", "status", "result and remedy"):
        table.add_column(heading, overflow="fold")
    for name, (level, text) in findings.items():
        table.add_row(name, f"[{COLORS[level]}]{level}[/]", Text(text))
    console.print(table)
    counts = {level: sum(finding.level == level for finding in findings.values()) for level in ("error", "warning")}
    console.print(", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in counts.items()))
