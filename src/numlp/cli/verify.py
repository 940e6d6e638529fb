"""`numlp verify`: check that the pipeline writes the same bytes again, in a clone of this checkout at another path."""

import argparse
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from numlp import paths
from numlp.cli.dvc import dvc
from numlp.config.local_choices import LOCAL
from numlp.errors import UserError

LOCK = Path("dvc.lock")


@dataclass(frozen=True)
class Recorded:
    """The content of a dvc.lock: MD5 checksums by file name.

    Attributes:
        read: Inputs that no stage made: settings and code.
        made: Outputs of the stages, and dvc.lock itself.
    """

    read: dict[str, str]
    made: dict[str, str]


def run(arguments: argparse.Namespace) -> int:
    """Run the pipeline in a clone, with the same settings, data and packages, and print its checksums beside the recorded ones.

    Returns:
        0 when all are the same, 1 when one differs, DVC's exit code when the clone's run fails.

    Raises:
        UserError: This is no git checkout, or nothing was run in it yet.
    """
    root = Path.cwd()
    if not (root / ".git").exists():
        raise UserError(f"numlp verify: {root} is no git checkout; create one with git init and a commit")
    if not LOCK.exists():
        raise UserError(f"file not found: {LOCK}; run the pipeline first with numlp run")
    with tempfile.TemporaryDirectory(prefix="numlp-verify.") as folder:
        clone = Path(folder) / "clone"
        make_clone(root, clone)
        if code := dvc("repro", "--force", "--no-run-cache", "--no-commit", folder=clone, environment=build_environment(root, clone)):
            return code
        return compare(read_lock(LOCK), read_lock(clone / LOCK))


def make_clone(root: Path, clone: Path) -> None:
    """Clone `root`, and bring over what is not committed yet, except for dvc.lock and what git ignores; of that, conf/local.yaml."""
    subprocess.run(["git", "clone", "--quiet", str(root), str(clone)], check=True)
    changed = _git(root, "diff", "--name-only", "-z", "HEAD") + _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    for name in (*changed, str(LOCAL)):
        (clone / name).unlink(missing_ok=True)
        if (root / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, clone / name)
    (clone / LOCK).unlink(missing_ok=True)


def build_environment(root: Path, clone: Path) -> dict[str, str]:
    """The environment of the clone's run: its own code, and an MLflow store of its own; the archive is that of `root`."""
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(clone / "src"), os.environ.get("PYTHONPATH")]))
    archive = Path(os.environ.get("CIFAR10_ARCHIVE") or paths.ARCHIVE)
    return environment | ({"CIFAR10_ARCHIVE": str(root / archive)} if archive.exists() else {})


def read_lock(path: Path) -> Recorded:
    """Read a dvc.lock."""
    content = path.read_bytes()
    stages = yaml.safe_load(content)["stages"].values()
    made = {item["path"]: item["md5"] for stage in stages for item in stage.get("outs", [])}
    read = {item["path"]: item["md5"] for stage in stages for item in stage.get("deps", []) if item["path"] not in made}
    return Recorded(read, {LOCK.name: hashlib.md5(content, usedforsecurity=False).hexdigest(), **made})


def compare(recorded: Recorded, repeated: Recorded) -> int:
    """Print the checksums side by side; return 1 when one differs, else 0."""
    width = max(map(len, recorded.made))
    print(f"\n{'file':<{width}}  {'MD5 in dvc.lock':<32}  {'MD5 in the clone':<32}")
    differing = _differing(recorded.made, repeated.made)
    for name, digest in recorded.made.items():
        verdict = "DIFFERS" if name in differing else "same"
        print(f"{name:<{width}}  {digest:<32}  {repeated.made.get(name, 'none'):<32}  {verdict}")
    if other := _differing(recorded.read, repeated.read):
        print(f"verify: these inputs have changed since the recorded run: {', '.join(other)}; run numlp run, then verify again")
    print(f"verify: {len(differing)} of {len(recorded.made)} checksums differ")
    return int(bool(differing))


def _differing(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    return [name for name in {**first, **second} if first.get(name) != second.get(name)]


def _git(root: Path, *arguments: str) -> list[str]:
    done = subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, text=True)
    return [name for name in done.stdout.split("\0") if name]
