"""`numlp doctor`: problems of the machine and the project that would stop or spoil a run, with their remedies."""

import argparse
import shutil
from functools import partial
from pathlib import Path

import psutil
from rich.console import Console
from rich.text import Text

from numlp import paths
from numlp.config.compose import compose_project
from numlp.config.naming import caption, deciding_choices
from numlp.config.parts import TARGET, locate
from numlp.data.cifar10 import find_archive, load_cifar10
from numlp.data.sources import settings_of
from numlp.display.terminal import plain_table
from numlp.errors import UserError, without_password
from numlp.files import sha256
from numlp.threads import cores, library
from numlp.tracking.queries import find_abandoned
from numlp.tracking.store import address

GB = 1e9
DISK = 0.3  # GB: a run with its files, arrays and DVC's copies


class DoubtError(UserError):
    """A problem that may make a run fail, shown as a warning; any other UserError is shown as an error."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare --fix."""
    parser.add_argument("--fix", action="store_true", help="mark runs in MLflow as KILLED that are RUNNING without a process")


def run(arguments: argparse.Namespace) -> int:
    """Print a row for each check, with remedies; the exit code is 1 if one is an error, else 0."""
    checks = {"machine": check_machine, "configuration": check_configuration, "data": check_data}
    checks["MLflow"] = partial(check_mlflow, arguments.fix)
    table, code = plain_table("check", "status", "result and remedy"), 0
    for name, check in checks.items():
        try:
            level, text = "[green]ok[/]", check()
        except DoubtError as doubt:
            level, text = "[yellow]warning[/]", str(doubt)
        except UserError as error:
            level, text, code = "[red]error[/]", str(error), 1
        table.add_row(name, level, Text(text, overflow="fold"))
    Console(highlight=False).print(table)
    return code


def check_machine() -> str:
    """The machine: BLAS with its kernel, on which last bits depend, cores, memory and disk."""
    blas, kernel = library()
    memory, disk = psutil.virtual_memory().available / GB, shutil.disk_usage(Path.cwd()).free / GB
    text = f"{blas}, {kernel} kernel; {cores()} cores, {memory:.1f} GB of memory and {disk:.1f} GB of disk free"
    if blas == "none":
        raise DoubtError(f"{text}; install NumPy from PyPI: training is far slower without BLAS")
    if disk < DISK:
        raise DoubtError(f"{text}; dvc gc -w deletes results that are not in use")
    return text


def check_configuration() -> str:
    """The configuration of params.yaml and conf/."""
    return caption(deciding_choices(compose_project(Path.cwd())))


def check_data() -> str:
    """The data set; of CIFAR-10 the archive that a run would read, and its SHA-256 checksum."""
    part = compose_project(Path.cwd()).data
    if locate(part) is not load_cifar10:
        settings_of(part)  # an error if its file is missing
        return str(part.get("path", part[TARGET]))
    official = str(part["sha256"])
    if paths.from_environment("CIFAR10_ARCHIVE") is not None:
        path = find_archive("", official, ())
        return f"{path}" + ("" if sha256(path) == official else " (accepted by CIFAR10_SHA256; not the official file)")
    if not paths.ARCHIVE.exists():
        return f"no archive in {paths.ARCHIVE.parent}; the next run downloads it"
    if sha256(paths.ARCHIVE) != official:
        raise UserError(f"{paths.ARCHIVE}: not the official file; delete it, and the next run downloads it again")
    return str(paths.ARCHIVE)


def check_mlflow(fix: bool) -> str:
    """Whether the store can be used, and its runs whose process is gone, which `fix` closes."""
    runs, text = find_abandoned(Path.cwd(), close=fix), without_password(address(Path.cwd()))
    names = ", ".join(runs)
    if runs and not fix:
        raise DoubtError(f"{text}; {len(runs)} RUNNING without a process: {names}; numlp doctor --fix marks them as KILLED")
    return f"{text}; marked as KILLED: {names}" if runs else text
