"""The checks of `numlp doctor`: each one reads, changes nothing, and returns a finding."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

import psutil
from packaging.requirements import Requirement

from numlp import paths
from numlp.config.compose import describe_replacements
from numlp.config.local_choices import LOCAL, local_file
from numlp.errors import UserError, without_password
from numlp.files import sha256
from numlp.threads import cores
from numlp.tracking import address, environment_tags, find_abandoned, find_old_place, find_unsent, schema_revisions

Level = Literal["ok", "warning", "error"]
GB = 1e9
DISK, MEMORY = 3.0, 1.2  # GB: a first run with its downloads, arrays and DVC's copies; training
PINS = Path("constraints.txt")


@dataclass(frozen=True)
class Finding:
    """A row of the table.

    Attributes:
        level: An error makes a run fail, a warning may do so.
        found: The result of the check.
        advice: The remedy; empty when the check passed.
    """

    what: str
    level: Level
    found: str
    advice: str = ""


def check_packages() -> Finding:
    """What is installed, against what is required and what the project was tested with."""
    requirements = [Requirement(line) for line in requires("numlp") or ()]
    needed = [item.name for item in requirements if item.marker is None or item.marker.evaluate({"extra": ""})]
    missing = [name for name in needed if _installed(name) is None]
    if missing:
        return Finding("packages", "error", f"not installed: {', '.join(missing)}", "pip install -c constraints.txt -e .")
    lines = PINS.read_text().splitlines() if PINS.exists() else []
    pins = [Requirement(pin) for pin in (line.partition("#")[0].strip() for line in lines) if "==" in pin]
    installed = {pin: _installed(pin.name) for pin in pins}
    different = [pin for pin, found in installed.items() if found is not None and not pin.specifier.contains(found, prereleases=True)]
    other = [f"{pin.name} {installed[pin]} instead of {str(pin.specifier).removeprefix('==')}" for pin in different]
    if other:
        more = f" and {len(other) - 3} more" if len(other) > 3 else ""
        return Finding(
            "packages", "warning", ", ".join(other[:3]) + more, "pip install -c constraints.txt -e . installs the tested versions"
        )
    return Finding(
        "packages", "ok", f"{len(needed)} required packages" + (f", as pinned in {PINS}" if pins else f"; no {PINS} to compare with")
    )


def check_blas() -> Finding:
    """The library of the matrix products, its kernel, and the cores."""
    tags = environment_tags(Path.cwd())
    if tags["blas"] == "none":
        return Finding("BLAS", "warning", "no known BLAS library", "install NumPy from PyPI; training is far slower without BLAS")
    return Finding("BLAS", "ok", f"{tags['blas']}, {tags['blas_kernel']} kernel, {cores()} cores; a run uses train.threads of them")


def check_disk() -> Finding:
    """Room in the project's folder, and whether it may be written to."""
    free = shutil.disk_usage(Path.cwd()).free / GB
    if not os.access(Path.cwd(), os.W_OK):
        return Finding("disk", "error", "this directory is read-only", "make it writable, or choose another directory")
    level: Level = "ok" if free >= DISK else "warning" if free >= 0.3 else "error"
    return Finding("disk", level, f"{free:.1f} GB free", "" if level == "ok" else f"the first run needs {DISK:g} GB; dvc gc -w frees space")


def check_memory() -> Finding:
    """Memory that is not in use."""
    free = psutil.virtual_memory().available / GB
    level: Level = "ok" if free >= MEMORY else "warning"
    return Finding(
        "memory", level, f"{free:.1f} GB available", "" if level == "ok" else f"training needs up to {MEMORY:g} GB; close other programs"
    )


def check_local_choices() -> Iterator[Finding]:
    """What this machine uses in place of choices of params.yaml, where a file says so."""
    if not local_file(Path.cwd()).exists():
        return
    try:
        replaced = describe_replacements(Path.cwd())
    except UserError as error:
        yield Finding("local settings", "error", str(error), f"correct {LOCAL}, or delete it")
        return
    if replaced:
        advice = f"delete {LOCAL} to undo this; numlp run removes its own entry once CIFAR-10 is there"
        yield Finding("local settings", "warning", f"{LOCAL}: {replaced}", advice)
    else:
        yield Finding("local settings", "ok", f"{LOCAL} replaces no setting of params.yaml")


def check_archive(official: str) -> Finding:
    """The archive that a run would read, and its SHA-256 checksum."""
    given = paths.from_environment("CIFAR10_ARCHIVE")
    path, accepted = (given, os.environ.get("CIFAR10_SHA256", official).lower()) if given else (paths.ARCHIVE, official)
    if not path.is_file():
        if given:
            return Finding("archive", "error", f"file not found: {given}", "correct or unset CIFAR10_ARCHIVE")
        return Finding("archive", "ok", f"no archive in {paths.ARCHIVE.parent}; the next run downloads it")
    digest = sha256(path)
    if digest != accepted:
        advice = f"set CIFAR10_SHA256={digest} to accept the file" if given else f"delete {path}; the next run downloads it again"
        return Finding("archive", "error", f"{path}: expected SHA-256 checksum {accepted[:12]}..., got {digest[:12]}...", advice)
    return Finding("archive", "ok", f"{path}" + ("" if digest == official else " (accepted by CIFAR10_SHA256; not the official file)"))


def check_normalized() -> Finding:
    """The size of the normalized arrays, of which each split and each version of the code that makes them has its own."""
    folders = [folder for folder in paths.NORMALISED.glob("*/") if not folder.name.startswith(".")]
    size = sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file()) / GB
    text = f"{paths.NORMALISED}: {size:.2f} GB in {len(folders)} sets of arrays"
    if len(folders) < 2:
        return Finding("normalized", "ok", text)
    return Finding("normalized", "warning", text, f"delete the directory {paths.NORMALISED}; the next run makes its arrays again")


def check_dvc_cache() -> Finding:
    """DVC's cache."""
    if not Path(".dvc").is_dir():
        return Finding("DVC", "error", "no .dvc in this directory", "go to the project's directory, or run dvc init --no-scm")
    cache = Path(".dvc/cache")
    if cache.exists() and not os.access(cache, os.W_OK):
        return Finding("DVC cache", "error", f"{cache} is read-only", f"run chmod -R u+w {cache}")
    size = sum(path.stat().st_size for path in cache.rglob("*") if path.is_file()) / GB
    return Finding("DVC cache", "ok", f"{size:.2f} GB")


def check_dvc_lock() -> Finding:
    """Whether some DVC works here now, and what one that was killed has left."""
    lock, table = Path(".dvc/tmp/lock"), Path(".dvc/tmp/rwlock")
    if lock.exists() and _held(lock):
        return Finding(
            "DVC lock", "warning", "another DVC command runs in this directory", "wait for its end; a second dvc repro does not start"
        )
    try:
        content = json.loads(table.read_text()) if table.exists() else {}
    except ValueError:
        return Finding("DVC lock", "error", f"{table} is not valid JSON", f"delete {table}")
    entries = [item for value in content.get("read", {}).values() for item in value] + list(content.get("write", {}).values())
    gone = {int(item["pid"]) for item in entries if not psutil.pid_exists(int(item["pid"]))}
    if gone:
        left = ", ".join(map(str, sorted(gone)))
        return Finding("DVC lock", "ok", f"killed processes ({left}) left a lock; the next DVC command removes it")
    return Finding("DVC lock", "ok", "free")


def check_mlflow() -> Iterator[Finding]:
    """The store's version, what it did not take, and runs whose process is gone."""
    if files := find_unsent(Path.cwd()):
        found = (
            f"{len(files)} file{'' if len(files) == 1 else 's'} with items that MLflow did not receive: {files[-1].relative_to(Path.cwd())}"
        )
        yield Finding("MLflow unsent", "warning", found, "numlp doctor --fix sends them")
    try:
        moved = find_old_place(Path.cwd())
        present, needed = schema_revisions(Path.cwd())
        if present != needed:
            advice = "install the pinned MLflow, or run mlflow db upgrade (it cannot be undone: copy mlruns first)"
            yield Finding("MLflow store", "error", f"expected database schema {needed}, got {present}", advice)
            return
        runs = find_abandoned(Path.cwd())
    except UserError as error:
        yield Finding("MLflow store", "error", str(error), "docs/troubleshooting.md, MLflow; unset MLFLOW_TRACKING_URI uses mlruns/")
        return
    mended = "" if moved is None else f" (moved here from {moved.parent}; runs now find their files here)"
    yield Finding("MLflow store", "ok", without_password(address(Path.cwd())) + mended)
    if runs:
        names = ", ".join(f"{run.name} (process {run.pid})" for run in runs[:3]) + (" ..." if len(runs) > 3 else "")
        yield Finding(
            "MLflow runs", "warning", f"{len(runs)} RUNNING without a process: {names}", "numlp doctor --fix marks them as KILLED"
        )


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _held(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False
