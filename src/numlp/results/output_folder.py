"""Output folders, which Hydra lets a user choose: numlp writes to a new or empty one, or to one that it has marked by a folder `.numlp`."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from numlp import paths
from numlp.errors import UserError

MARK = Path(".numlp")
NOTES = MARK / "sweep"  # the notes of a sweep that are of no use after it: the state of its jobs, its settings, its studies
LOG = "log.txt"  # the output of a job of a sweep


class OutputFolder(Callback):
    """Hydra's callback that looks at the output folder before Hydra writes to it."""

    def on_run_start(self, config: DictConfig, **_: Any) -> None:
        _claim(config, "run")

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        _claim(config, "sweep")


def _claim(config: DictConfig, mode: str) -> None:
    """Check the folder, and mark a single run's. An error passes as the cause of a SystemExit: of any other, Hydra makes a warning."""
    HydraConfig.instance().set_config(config)  # for ${hydra:...} in the folder's name
    folder = Path(config.hydra[mode].dir)
    try:
        if folder.exists() and any(folder.iterdir()) and not _is_marked(folder):
            raise UserError(f"hydra.{mode}.dir: {folder} has files that numlp did not write; choose a new or an empty folder")
        if mode == "run":
            mark(folder)
    except (UserError, OSError) as error:
        raise SystemExit(1) from error


def _is_marked(folder: Path) -> bool:
    """Tell whether numlp has marked the folder, or it is one of DVC's stages."""
    return (folder / MARK).is_dir() or folder.resolve().is_relative_to(paths.BUILD.resolve())


def mark(folder: Path) -> None:
    if not _is_marked(folder):
        (folder / MARK).mkdir(parents=True, exist_ok=True)  # jobs may do so at the same time


def discard(folder: Path) -> None:
    """Empty the folder of a run that was refused before it wrote a file; below outputs/ remove it, elsewhere the user may have made it."""
    if (folder / MARK).is_dir() and {path.name for path in folder.iterdir()} <= {MARK.name, ".hydra"}:
        for path in folder.iterdir():
            shutil.rmtree(path)
        with suppress(OSError):  # the folder of the day has other runs
            for parent in (folder, *folder.parents) if folder.is_relative_to("outputs") else ():
                parent.rmdir()
