"""The data and the project folders that measurements work in: build/bench, made once."""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

from omegaconf import OmegaConf

from benchmarks.process import ROOT, SOURCE
from numlp.config import SourceConfig
from numlp.data.dataset import make_raw
from numlp.data.preprocess import prepare
from numlp.data.raw import save_raw

PLACE = ROOT / "build" / "bench"
PARTS = ["conf", "params.yaml", "dvc.yaml", "src", ".dvc/config"]  # of a project's folder


def source() -> str:
    """Which of conf/data is measured with: CIFAR-10 where the archive is at hand, else synthetic images, whose arrays are as large."""
    return "cifar10" if "CIFAR10_ARCHIVE" in os.environ else "synthetic"


def raw() -> Path:
    """Folder of the raw images."""
    folder = PLACE / f"raw-{source()}"
    if not folder.exists():
        config = SourceConfig(**OmegaConf.load(ROOT / "conf" / "data" / f"{source()}.yaml")["source"])
        save_raw(make_raw(config, PLACE), folder)
    return folder


def arrays() -> Path:
    """Folder of the normalised arrays, 45,000 training images."""
    return prepare(raw(), (0, 45_000), (45_000, 50_000), PLACE / "normalised").folder.resolve()


def project(name: str) -> Path:
    """A fresh copy of the project, without data or runs."""
    folder = PLACE / name
    shutil.rmtree(folder, ignore_errors=True)
    for part in PARTS:
        original, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if original.is_dir():
            shutil.copytree(original, target, ignore=shutil.ignore_patterns("__pycache__", ".mypy_cache"))
        else:
            shutil.copy(original, target)
    return folder


def prepared_project(name: str) -> Path:
    """A fresh project that has the images at hand, normalised."""
    folder, normalised = project(name), arrays().parent
    (folder / "build").mkdir()
    (folder / "build" / "download").symlink_to(raw().resolve())
    (folder / "data").mkdir()
    (folder / "data" / "normalised").symlink_to(normalised)
    return folder


def complete(folder: Path, *arguments: str, first: Path | None = None) -> resource.struct_rusage:
    """Run `python -m ARGUMENTS` in `folder`, whose output goes to bench.log there; programs in `first` are found first.

    Returns:
        What it used.

    Raises:
        RuntimeError: It failed; the message is the end of its log.
    """
    path = [*([str(first)] if first else []), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    gone = ("MLFLOW_TRACKING_URI", *(name for name in os.environ if name.endswith("_NUM_THREADS")))
    env = {name: value for name, value in os.environ.items() if name not in gone}
    env |= {"PATH": os.pathsep.join(path), "PYTHONPATH": SOURCE}
    with (folder / "bench.log").open("a") as log:
        process = subprocess.Popen([sys.executable, "-m", *arguments], cwd=folder, env=env, stdout=log, stderr=log)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)  # else Popen would wait for it once more
    if process.returncode != 0:
        end = (folder / "bench.log").read_text()[-2000:]
        raise RuntimeError(f"{process.args}: exit code {process.returncode}\n{end}")
    return usage
