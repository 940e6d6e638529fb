"""The machine and the code that a result belongs to."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from benchmarks.process import ROOT
from benchmarks.settings import Settings
from numlp.data.preprocess import open_prepared
from numlp.tracking import environment_tags

LIBRARIES = ("numpy", "torch", "jax", "scikit-learn")


def about(settings: Settings, seconds: float) -> dict[str, str]:
    """Machine, code, libraries and settings of a part that took so many seconds."""
    tags = environment_tags(ROOT)
    commit = tags["git_commit"][:12] + (", with changes" if tags["git_dirty"] == "true" else "")
    return {
        "machine": f"{tags['cpu']}, {os.cpu_count()} processors, {memory()}{platform.system()} {platform.machine()}",
        "BLAS": tags["blas"],
        "images": open_prepared(settings.data).dataset.name,
        "Python": tags["python"],
        "libraries": ", ".join(f"{name} {found}" for name in LIBRARIES if (found := installed(name))),
        "commit": commit,
        "rounds": str(settings.repeats),
        "seconds": f"{seconds:.0f}",
    }


def memory() -> str:
    """Its size, where the system tells."""
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return ""
    return f"{size / 2**30:.0f} GB, "


def installed(name: str) -> str:
    """The version of a library; nothing where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
