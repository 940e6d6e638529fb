"""Which files of an output folder are numlp's: it never writes over another one.

Hydra lets a user put a run or a sweep into any folder (`hydra.run.dir`, `hydra.sweep.dir`). A folder's `.numlp/names.json` lists the names
that numlp may write there; a sweep's notes for itself are in `.numlp/sweep`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobReturn
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, OmegaConf

from numlp import paths
from numlp.errors import UserError, require
from numlp.files import read_json, write_json

FOLDER, NAMES = Path(".numlp"), "names.json"
NOTES = FOLDER / "sweep"  # the notes of a sweep that are of no use after it: the state of its jobs, its settings, its studies
HYDRA = ".hydra"  # the folder that Hydra itself writes there
LOG = "log.txt"  # the output of a job of a sweep
FIGURES = ("curves.png", "confusion.png", "first_layer.png", "mistakes.png", "lr_range.png", paths.HEALTH_FIGURE)
RUN = frozenset(
    {
        *(HYDRA, "plots", LOG, paths.CONFIG, paths.MODEL, paths.HISTORY, paths.TIMING, paths.HEALTH, paths.METRICS, paths.CONFUSION),
        *(paths.CLASSES, paths.PREDICTIONS, paths.MISTAKES, paths.ACCURACY, paths.LR_RANGE, paths.SPLIT, paths.STATISTICS),
        *(paths.ABOUT, paths.RESOLVED.name, "images.npy", "labels.npy", "dataset.json", *FIGURES),
    }
)
SWEEP = frozenset({"multirun.yaml", paths.ABOUT, "trials.csv", "curves.png", "contour.png", "rounds.png"})


class OutputFolder(Callback):
    """Hydra's callback that looks at the output folder before Hydra writes to it."""

    def on_run_start(self, config: DictConfig, **_: Any) -> None:
        """Claim the folder of a single run; the gradient check writes nothing."""
        HydraConfig.instance().set_config(config)  # for ${hydra:...} in the folder's name
        subdir, writes = Path(config.hydra.output_subdir or HYDRA), config.hydra.job.name != "gradcheck"
        with _ending_hydra():
            inside = subdir.parts != () and not subdir.is_absolute() and ".." not in subdir.parts
            require(inside, "hydra.output_subdir", "a folder below the run's", output_subdir=str(subdir))
            claim(Path(config.hydra.run.dir), RUN | {subdir.parts[0]} if writes else frozenset(), "hydra.run.dir")

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """Look at the folder of a sweep, which claims it once it is more than a dry run; jobs in one folder would overwrite each other."""
        HydraConfig.instance().set_config(config)
        folder = Path(config.hydra.sweep.dir)
        subdir = Path(OmegaConf.to_container(config.hydra.sweep, resolve=False)["subdir"])  # type: ignore[index, call-overload]
        each = not subdir.is_absolute() and ".." not in subdir.parts and "${" in str(subdir)
        expected, remedy = "a folder per job, below the sweep's, named by an interpolation", "numlp's own is ${hydra.job.num}"
        with _ending_hydra():
            require(each, "hydra.sweep.subdir", expected, remedy, subdir=str(subdir))
            check_free(folder, sweep_names(folder), "hydra.sweep.dir")

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **_: Any) -> None:
        """Give up the names that a run has not written."""
        release(Path(config.hydra.runtime.output_dir))

    def on_multirun_end(self, config: DictConfig, **_: Any) -> None:
        """Give up the names that a sweep has not written."""
        release(Path(config.hydra.sweep.dir))


@contextmanager
def _ending_hydra() -> Iterator[None]:
    """Let an error through Hydra, as the cause of a SystemExit: it turns any other exception of a callback into a warning."""
    try:
        yield
    except (UserError, OSError) as error:
        raise SystemExit(1) from error


def check_free(folder: Path, names: frozenset[str], setting: str) -> None:
    """Raise UserError where a file of `folder` has one of `names`, and numlp did not write it.

    Args:
        folder: The output folder, which need not exist.
        names: Files and folders directly below it that a run or a sweep may write.
        setting: The setting that chose the folder, for the error.
    """
    foreign = sorted(name for name in names - _listed(folder) if os.path.lexists(folder / name))
    if foreign and not _is_builds(folder):
        raise UserError(f"{setting}: {folder} has {', '.join(foreign)}, which numlp did not write there; choose another folder")


def claim(folder: Path, names: frozenset[str], setting: str, checked: frozenset[str] = frozenset()) -> None:
    """List `names` as numlp's in `folder`, before the first of them is written; those of `checked` may be there already.

    Raises:
        UserError: As `check_free`.
    """
    check_free(folder, names - checked, setting)
    listed = _listed(folder)
    if not names <= listed and not _is_builds(folder):
        write_json(folder / FOLDER / NAMES, {"names": sorted(names | listed)})


def release(folder: Path) -> None:
    """List only the names that are there: a name that numlp has not written after all is the user's again."""
    if listed := _listed(folder):
        write_json(folder / FOLDER / NAMES, {"names": sorted(name for name in listed if os.path.lexists(folder / name))})


def _listed(folder: Path) -> frozenset[str]:
    return frozenset((read_json(folder / FOLDER / NAMES) or {}).get("names", ()))


def _is_builds(folder: Path) -> bool:
    """Tell whether DVC's stages write to the folder, which is numlp's with all that is in it."""
    return folder.resolve().is_relative_to(paths.BUILD.resolve())


def sweep_names(folder: Path) -> frozenset[str]:
    """The names that a sweep may write to `folder`: its own files, and the numbered folders that are no job of numlp's."""
    numbered = (path for path in folder.glob("[0-9]*") if path.name.isdigit())
    return SWEEP | frozenset(path.name for path in numbered if not (path / FOLDER / NAMES).exists())
