"""`numlp run`: the whole pipeline by DVC, on CIFAR-10 where it can be had, and its figures."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from omegaconf import OmegaConf

from numlp import paths
from numlp.cli import show
from numlp.config import DataConfig
from numlp.config.compose import CONF, notice, written
from numlp.config.local_choices import substitute, substitutes
from numlp.data.dataset import holds
from numlp.data.fetch import Unavailable, fetch
from numlp.errors import require

CIFAR10, SYNTHETIC = "cifar10", "synthetic"  # files of conf/data


def main(argv: Sequence[str]) -> int:
    """Choose the data, run `dvc repro`, and print the figures; the exit code is DVC's."""
    require(not argv, "numlp run", "no arguments (choices are in params.yaml)", arguments=list(argv))
    choose_data()
    if code := repro(Path()):
        return code
    return show.main([])


def repro(project: Path, *targets: str) -> int:
    """Run `dvc repro` in `project`, with its git checkout where there is one by now, and without git where there is none."""
    local = project / ".dvc" / "config.local"
    without = local.exists() and "no_scm" in local.read_text()
    if in_git(project) and without:
        dvc("config", "--local", "--unset", "core.no_scm", folder=project)
    elif not in_git(project) and not without:
        dvc("config", "--local", "core.no_scm", "true", folder=project)
    return dvc("repro", *targets, folder=project)


def choose_data() -> None:
    """Use synthetic images on this machine when params.yaml asks for CIFAR-10 and there is none, in one loud line; and end that."""
    root, missing = Path.cwd(), ""
    chosen = written(root)[0].get("data")
    if chosen == CIFAR10 and substitutes(root).get("data", {}).get(CIFAR10, SYNTHETIC) == SYNTHETIC:  # else the user's own word holds
        missing = why_missing(root / CONF / "data" / f"{CIFAR10}.yaml")
        substitute(root, "data", CIFAR10, SYNTHETIC if missing else None)
    line = notice(root)
    if missing:
        print(f"*** NO CIFAR-10: RUNNING ON SYNTHETIC IMAGES. {line}. {missing}", file=sys.stderr)
    elif line:
        print(line)


def why_missing(description: Path) -> str:
    """Why there is no CIFAR-10, in a line; empty when there is, after a download if need be."""
    source = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(DataConfig), OmegaConf.load(description)))
    assert isinstance(source, DataConfig)
    try:
        if not holds(paths.DOWNLOAD, source.source):
            fetch(source.source, paths.DATA)
    except Unavailable as reason:
        return str(reason).splitlines()[0]
    return ""


def in_git(folder: Path | None = None) -> bool:
    """Whether `folder`, or else the current one, is in a git checkout."""
    inner = (Path.cwd() if folder is None else folder).absolute()
    return any((outer / ".git").exists() for outer in (inner, *inner.parents))


def dvc(*arguments: str, folder: Path | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """Run DVC in `folder`, or here, with this Python's commands first on the path: its stages call `numlp`.

    Raises:
        UserError: The folder may not be written to, of which DVC speaks as of a defect of its own.
    """
    where = Path.cwd() if folder is None else folder
    require(os.access(where, os.W_OK), "dvc", "a project's folder that may be written to", folder=str(where))
    path = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", os.defpath)])
    command = [sys.executable, "-m", "dvc", *arguments]
    return subprocess.run(command, cwd=folder, env={**environment, "PATH": path}, check=False).returncode
