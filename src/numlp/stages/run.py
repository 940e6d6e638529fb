"""`numlp run`: the whole pipeline by DVC, on CIFAR-10 where it can be had, and its figures."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from omegaconf import OmegaConf

from numlp.config import DataConfig
from numlp.data.download import Unavailable, fetch
from numlp.errors import require
from numlp.files import write_text
from numlp.stages import paths, show
from numlp.stages.dataset import holds

PARAMS, CIFAR10 = Path("params.yaml"), Path("conf/data/cifar10.yaml")
FALLBACK = "synthetic  # numlp run found no CIFAR-10; it asks again each time, until this comment is gone"


def main(argv: Sequence[str]) -> int:
    """Choose the data, run `dvc repro`, and print the figures; the exit code is DVC's."""
    require(not argv, "numlp run", "no arguments (choices are in params.yaml)", arguments=list(argv))
    choose_data()
    if not in_git():
        dvc("config", "--local", "core.no_scm", "true")
    if code := dvc("repro"):
        return code
    return show.main([])


def choose_data() -> None:
    """Write `data: synthetic` to params.yaml when it asks for CIFAR-10 and there is none, in one loud line; and back."""
    require(PARAMS.exists() and CIFAR10.exists(), "project", f"{PARAMS} and {CIFAR10} in the current folder", folder=str(Path.cwd()))
    text = PARAMS.read_text()
    chosen = re.search(r"^data:\s*(.*)$", text, re.MULTILINE)
    if chosen is None or not (chosen[1].startswith("cifar10") or chosen[1] == FALLBACK):
        return
    source = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(DataConfig), OmegaConf.load(CIFAR10)))
    assert isinstance(source, DataConfig)
    try:
        if not holds(paths.DOWNLOAD, source.source):
            fetch(source.source, paths.DATA)
        line = chosen[0] if chosen[1] != FALLBACK else "data: cifar10"
    except Unavailable as reason:
        print(f"*** NO CIFAR-10: RUNNING ON SYNTHETIC IMAGES (params.yaml now says so). {str(reason).splitlines()[0]}", file=sys.stderr)
        line = f"data: {FALLBACK}"
    if line != chosen[0]:
        write_text(PARAMS, text.replace(chosen[0], line, 1))


def in_git(folder: Path | None = None) -> bool:
    """Whether `folder`, or else the current one, is in a git checkout."""
    inner = (Path.cwd() if folder is None else folder).absolute()
    return any((outer / ".git").exists() for outer in (inner, *inner.parents))


def dvc(*arguments: str, folder: Path | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """Run DVC in `folder`, or here, with this Python's commands first on the path: its stages call `numlp`."""
    path = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", os.defpath)])
    command = [sys.executable, "-m", "dvc", *arguments]
    return subprocess.run(command, cwd=folder, env={**environment, "PATH": path}, check=False).returncode
