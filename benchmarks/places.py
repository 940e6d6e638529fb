"""The data and the project folders that measurements work in: build/bench, made once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.process import ROOT
from numlp.data.preprocess import prepare
from numlp.data.raw import save_raw
from numlp.data.synthetic import synthesise

PLACE = ROOT / "build" / "bench"
PARTS = ["conf", "params.yaml", "dvc.yaml", "src", ".dvc/config"]  # of a project's folder


def arrays() -> Path:
    """Folder of the normalised arrays, 45,000 training images: the synthetic ones, whose arrays are as large as CIFAR-10's."""
    if not (PLACE / "raw").exists():
        save_raw(synthesise(0), PLACE / "raw")
    return prepare(PLACE / "raw", (0, 45_000), (45_000, 50_000), PLACE / "normalised").folder.resolve()


def project(name: str) -> Path:
    """A fresh copy of the project, without data or runs."""
    folder = PLACE / name
    shutil.rmtree(folder, ignore_errors=True)
    for part in PARTS:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".mypy_cache"))
        else:
            shutil.copy(source, target)
    return folder


def synthetic_project(name: str) -> Path:
    """A fresh project that has the synthetic data at hand, normalised."""
    folder = project(name)
    normalised = arrays().parent
    (folder / "build").mkdir()
    (folder / "build" / "download").symlink_to(PLACE / "raw")
    (folder / "data").mkdir()
    (folder / "data" / "normalised").symlink_to(normalised)
    return folder


def command(folder: Path, *arguments: str, first: Path | None = None) -> subprocess.Popen[str]:
    """Start `python -m ARGUMENTS` in `folder`, whose output goes to bench.log there; programs in `first` are found first."""
    path = [*([str(first)] if first else []), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    gone = ("MLFLOW_TRACKING_URI", *(name for name in os.environ if name.endswith("_NUM_THREADS")))
    env = {name: value for name, value in os.environ.items() if name not in gone}
    env |= {"PATH": os.pathsep.join(path), "PYTHONPATH": str(ROOT)}
    with (folder / "bench.log").open("a") as log:
        return subprocess.Popen([sys.executable, "-m", *arguments], cwd=folder, env=env, text=True, stdout=log, stderr=log)


def finished(process: subprocess.Popen[str], folder: Path) -> None:
    """Wait for a command.

    Raises:
        RuntimeError: It failed; the message is the end of its log.
    """
    if process.wait() != 0:
        said = (folder / "bench.log").read_text()[-2000:]
        raise RuntimeError(f"{process.args}: exit code {process.returncode}\n{said}")
