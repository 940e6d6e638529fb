"""The folder of a project, which is the nearest one upwards, as with git and DVC; and the paths of its files from there."""

import os
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from contextvars import ContextVar
from pathlib import Path

from numlp.errors import UserError

_stands: ContextVar[Path] = ContextVar("stands", default=Path())  # the user's folder, from the project's folder


def from_user(text: str) -> Path:
    """A path that the user wrote, which counts from where he is, as one from the project's folder."""
    return _stands.get() / os.path.expanduser(text)  # noqa: PTH111 (it leaves the text as it is where there is no such home)


def from_project(text: str) -> Path:
    """A path that a setting holds, which counts from the project's folder, in a copy of DVC's from the project's own."""
    return origin(Path.cwd()) / Path(text).expanduser()


def absolute_address(uri: str, folder: Path) -> str:
    """An address of MLflow whose relative path, of an SQLite file or a folder, counts from `folder`; any other address as it is."""
    scheme, slashes, rest = uri.partition(":///")
    if scheme.startswith("sqlite") and slashes:
        return f"{scheme}{slashes}{folder / rest}"
    return uri if ":" in uri or uri in ("databricks", "databricks-uc") else str(folder / uri)


def settle_addresses() -> None:
    """Make the paths in variables absolute, for workers and DVC's stages too: they count as `from_environment` says."""
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI"):
        if given := os.environ.get(name, "").strip():
            os.environ[name] = absolute_address(given, origin(Path.cwd()))
    for name in ("CIFAR10_ARCHIVE", "NUMLP_DATA"):
        if path := from_environment(name):
            os.environ[name] = str(path)


def origin(root: Path) -> Path:
    """The project that `root` is a copy of, when DVC has made it for an experiment; else `root` itself.

    `dvc exp run --queue` and `--temp` work in a copy of what git knows, <project>/.dvc/tmp/exps/.../, which DVC deletes afterwards.
    """
    for folder in root.absolute().parents:
        if folder.parts[-3:] == (".dvc", "tmp", "exps"):
            return folder.parents[2]
    return root


def from_environment(name: str) -> Path | None:
    """The absolute path that a variable holds, which counts from where the user is, in a copy of DVC's from the project; None if unset."""
    text = os.environ.get(name)
    return origin(Path.cwd()) / from_user(text) if text else None


# The archive, and raw images of each data set asked for so far. On a cluster with a shared folder: on each node's own disk.
DATA = from_environment("NUMLP_DATA") or Path("data")
ARCHIVE = DATA / "cifar-10-python.tar.gz"  # a downloaded archive
BUILD = Path("build")  # outputs of DVC's stages, one folder per stage
DOWNLOAD, RESOLVED, NORMALISE = BUILD / "download", BUILD / "resolved.yaml", BUILD / "normalise"
TRAIN, EVALUATE, PLOT = BUILD / "train", BUILD / "evaluate", BUILD / "plot"
CHECKPOINTS = BUILD / "checkpoints"  # checkpoints of runs that have not ended, one file per run

ABOUT = "run.json"  # the values that MLflow receives of a run
SPLIT, STATISTICS = "split.json", "statistics.npz"
CONFIG, MODEL, HISTORY, TIMING = "config.json", "model.npz", "history.csv", "timing.json"
COMPARISON = "comparison.json"
LR_RANGE = "lr_range.csv"
HEALTH, HEALTH_FIGURE = "health.csv", "health.png"  # files of a run with train.health=true
ACCURACY, PREDICTIONS = "accuracy.json", "predictions.csv"  # files for DVC's tables and plots
METRICS, CONFUSION, CLASSES, MISTAKES = "metrics.json", "confusion.csv", "classes.csv", "mistakes.npz"

MARKS = ("params.yaml", "conf")


def find_project(folder: Path) -> Path | None:
    """`folder`, or the nearest one above it, that is a project's; None when there is none."""
    above = (folder, *folder.parents)
    return next((outer for outer in above if all((outer / mark).exists() for mark in MARKS)), None)


def require_project(folder: Path) -> None:
    """Raise UserError unless `folder` is a project's."""
    if find_project(folder) != folder:
        problem = f"no project in {folder} or above it: no {MARKS[0]} and {MARKS[1]}/"
        raise UserError(f"{problem}; go to the project's directory, or create one with numlp init DIR")


@contextmanager
def enter_project() -> Iterator[Path | None]:
    """Make the project's folder the current one, from which every path is relative, and yield it; yield None where nothing changes."""
    here = Path.cwd()
    folder = find_project(here)
    if folder is not None and "${" in str(folder):  # an interpolation in each path that Hydra composes
        raise UserError(f"the project's path contains ${{, which Hydra reads as an interpolation: {folder}; rename the directory")
    if folder is None or folder == here:
        yield None
        return
    token = _stands.set(here.relative_to(folder))
    try:
        with chdir(folder):
            yield folder
    finally:
        _stands.reset(token)
