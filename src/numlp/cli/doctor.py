"""`numlp doctor`: problems of the machine and the project that would stop or spoil a run, with their remedies."""

import argparse
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import psutil
from omegaconf import OmegaConf
from rich.console import Console
from rich.table import Table
from rich.text import Text

from numlp import paths
from numlp.config.compose import compose_project
from numlp.config.naming import caption, deciding_choices
from numlp.errors import UserError, without_password
from numlp.files import sha256
from numlp.threads import cores, library
from numlp.tracking import address, find_abandoned, find_old_place

COLORS = {"ok": "green", "warning": "yellow", "error": "red"}
GB = 1e9
DISK = 0.3  # GB: a run with its files, arrays and DVC's copies


class Finding(NamedTuple):
    """A row of the table; an error makes a run fail, a warning may do so, and both have a remedy."""

    what: str
    level: Literal["ok", "warning", "error"]
    found: str
    advice: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare --fix."""
    parser.add_argument("--fix", action="store_true", help="mark runs in MLflow as KILLED that are RUNNING without a process")


def run(arguments: argparse.Namespace) -> int:
    """Print a row for each check; the exit code is 1 if one is an error, else 0."""
    if arguments.fix:
        fix()
    findings = list(examine())
    show(findings)
    return int(any(finding.level == "error" for finding in findings))


def examine() -> Iterator[Finding]:
    """Make every check, in the order of a run; each reads, and changes nothing."""
    yield check_machine()
    if not paths.CIFAR10.exists():
        advice = "go to the project's directory, or create one with numlp init DIR"
        yield Finding("project", "error", f"file not found: {paths.CIFAR10}", advice)
        return
    yield check_configuration()
    yield check_archive()
    yield from check_mlflow()


def check_machine() -> Finding:
    """What the machine has: BLAS with its kernel, on which last bits depend, cores, memory and disk."""
    blas, kernel = library()
    memory, disk = psutil.virtual_memory().available / GB, shutil.disk_usage(Path.cwd()).free / GB
    found = f"{blas}, {kernel} kernel; {cores()} cores, {memory:.1f} GB of memory and {disk:.1f} GB of disk free"
    if not os.access(Path.cwd(), os.W_OK):
        return Finding("machine", "error", f"{found}; this directory is read-only", "make it writable, or choose another directory")
    if blas == "none":
        return Finding("machine", "warning", found, "install NumPy from PyPI; training is far slower without BLAS")
    if disk < DISK:
        return Finding("machine", "warning", found, "free some space; dvc gc -w deletes results that are not in use")
    return Finding("machine", "ok", found)


def check_configuration() -> Finding:
    """What params.yaml and conf/ compose to."""
    try:
        return Finding("configuration", "ok", caption(deciding_choices(compose_project(Path.cwd()))))
    except UserError as error:
        advice = "correct the file; numlp train --cfg job then prints the configuration"
        return Finding("configuration", "error", str(error), advice)


def check_archive() -> Finding:
    """The archive that a run would read, and its SHA-256 checksum."""
    official = str(OmegaConf.select(OmegaConf.load(paths.CIFAR10), "sha256"))
    given = paths.from_environment("CIFAR10_ARCHIVE")
    path, accepted = (given, os.environ.get("CIFAR10_SHA256", official).lower()) if given else (paths.ARCHIVE, official)
    if not path.is_file():
        if given:
            return Finding("data", "error", f"file not found: {given}", "correct or unset CIFAR10_ARCHIVE")
        return Finding("data", "ok", f"no archive in {paths.ARCHIVE.parent}; the next run downloads it")
    if (digest := sha256(path)) != accepted:
        advice = f"set CIFAR10_SHA256={digest} to accept the file" if given else f"delete {path}; the next run downloads it again"
        return Finding("data", "error", f"{path}: expected SHA-256 checksum {accepted[:12]}..., got {digest[:12]}...", advice)
    return Finding("data", "ok", f"{path}" + ("" if digest == official else " (accepted by CIFAR10_SHA256; not the official file)"))


def check_mlflow() -> Iterator[Finding]:
    """Whether the store can be used, and runs whose process is gone."""
    try:
        moved = find_old_place(Path.cwd())
        runs = find_abandoned(Path.cwd())
    except UserError as error:
        yield Finding("MLflow store", "error", str(error), "docs/troubleshooting.md, MLflow; unset MLFLOW_TRACKING_URI uses mlruns/")
        return
    mended = "" if moved is None else f" (moved here from {moved.parent}; runs now find their files here)"
    yield Finding("MLflow store", "ok", without_password(address(Path.cwd())) + mended)
    if runs:
        found = f"{len(runs)} RUNNING without a process: {', '.join(runs[:3])}"
        yield Finding("MLflow runs", "warning", found, "numlp doctor --fix marks them as KILLED")


def fix() -> None:
    """Close the runs whose process is gone."""
    try:
        names = find_abandoned(Path.cwd(), close=True)
    except UserError:  # the table tells it
        return
    for name in names:
        print(f"marked as KILLED: {name}")


def show(findings: Sequence[Finding]) -> None:
    """Print the findings as a table, and a line that counts them."""
    console, table = Console(highlight=False), Table(box=None, pad_edge=False)
    for heading in ("check", "status", "result and remedy"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        text = Text(finding.found) if finding.level == "ok" else Text(f"{finding.found}\n-> {finding.advice}")
        table.add_row(finding.what, f"[{COLORS[finding.level]}]{finding.level}[/]", text)
    console.print(table)
    counts = {level: sum(finding.level == level for finding in findings) for level in ("error", "warning")}
    console.print(", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in counts.items()))
