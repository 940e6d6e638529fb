"""The raw images of a config, made where they are not there yet by the function that the config group `data` names."""

import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from omegaconf import OmegaConf

from numlp import paths
from numlp.config import Config
from numlp.config.naming import NOT_DECIDING
from numlp.config.parts import TARGET, build, digest_code, locate
from numlp.config.schema import Part
from numlp.data.cifar10 import Unavailable, load_cifar10, wanted_sha256
from numlp.data.dataset import INFO, DatasetInfo, RawData, load_raw, read_info, save_raw
from numlp.data.npz import from_arrays
from numlp.data.synthetic import synthesize
from numlp.errors import UserError, did_you_mean, require
from numlp.files import json_digest, sha256

log = logging.getLogger(__name__)
ASKED, REPLACED = "asked", "in_place_of"  # keys of a data set's origin: its settings; why it is not the one that they name


def provide_raw(part: Part) -> Path:
    """The download stage's folder when it holds the data set of `part`, else one of its own for each data set, made when missing."""
    if holds(paths.DOWNLOAD, part):
        return paths.DOWNLOAD
    folder = paths.DATA / "raw" / f"{part[TARGET].rpartition('.')[2]}-{json_digest(part)[:8]}"
    if not holds(folder, part):
        data = make_raw(part)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):  # other processes may have made the same data set meanwhile
            if not holds(folder, part):
                save_raw(data, folder)
    return folder


def describe_data(config: Config) -> DatasetInfo:
    """The data set of a config, made where it is not there yet."""
    return read_info(provide_raw(config.data))


def make_raw(part: Part) -> RawData:
    """Call the function that `part` names; raise Unavailable if there is no archive, and no address sent one."""
    asked, data, target = settings_of(part), build(part), part[TARGET]
    if isinstance(data, Mapping):  # the name is that of the file of conf/data that fits best
        files: Any = ((path.stem, OmegaConf.to_container(OmegaConf.load(path))) for path in sorted(Path("conf/data").glob("*.yaml")))
        fits = {name: sum(part.get(key) == item for key, item in file.items()) for name, file in files if file.get(TARGET) == target}
        name = max(fits, key=fits.__getitem__, default=target.rpartition(".")[2])
        data = from_arrays({key: np.asarray(array) for key, array in data.items()}, target, name, {})
    expected = "a function that returns numlp.RawData, or arrays by the names of an .npz file's"
    require(isinstance(data, RawData), f"data.{TARGET}", expected, returned=type(data).__name__)
    differ = any(not np.array_equal(image, data.images[0]) for image in data.images)  # the second one tells, of most data sets
    require(differ, f"data set {data.info.name}", "images that differ, got the same one each time")
    if not (np.diff(data.labels[: data.info.train].astype(np.int64)) < 0).any():
        log.warning("warning: %s: labels in order, though a split is a range of images: shuffle them together", data.info.name)
    return RawData(data.images, data.labels, replace(data.info, origin={**data.info.origin, ASKED: asked}))


def replace_raw(part: Part, reason: Unavailable) -> RawData:
    """Synthetic images in place of the data set of `part`, which cannot be had."""
    data, wanted = synthesize(), part.get("name", part[TARGET])
    origin = {**data.info.origin, ASKED: settings_of(part), REPLACED: str(reason).splitlines()[0]}
    return replace(data, info=replace(data.info, name=f"{data.info.name}, in place of {wanted}", origin=origin))


def find_raw(dataset: DatasetInfo) -> RawData:
    """Load the raw arrays of a data set that a model was trained on."""
    for folder in (paths.DOWNLOAD, *sorted((paths.DATA / "raw").glob("*/"))):
        if (folder / INFO).exists() and read_info(folder).digest == dataset.digest:
            return load_raw(folder)
    raise UserError(f"images not found: {dataset.name}, with which the model was trained; numlp download data=NAME makes them")


def holds(folder: Path, part: Part, replaced: bool = True) -> bool:
    """Tell whether `folder` has the data set that `part` and the environment name now, or, unless told otherwise, what replaces it."""
    asked = settings_of(part)
    if not (folder / INFO).exists():
        return False
    origin = read_info(folder).origin
    if origin.get(ASKED) != asked or (REPLACED in origin and not replaced):
        return False
    return locate(part) is not load_cifar10 or origin.get("archive_sha256") == wanted_sha256(origin, part["sha256"])


def settings_of(part: Part) -> dict[str, Any]:
    """The settings that decide the images, with checksums of a file or folder, `path`, and of the code of a function outside numlp."""
    settings: dict[str, Any] = {key: item for key, item in part.items() if f"data.{key}" not in NOT_DECIDING}
    if code := digest_code(part):
        settings["code"] = code
    if "path" in settings:
        place = paths.from_project(str(settings["path"]))
        remedy = "paths count from the project's directory" + did_you_mean(place.name, [near.name for near in place.parent.glob("*")])
        require(place.exists(), "data.path", "a file or directory that exists", remedy, path=str(place))
        inside = (Path(folder, name) for folder, _, names in os.walk(place, followlinks=True) for name in names if name[0] != ".")
        files = sorted(file for file in inside if file.is_file()) or [place]
        settings["content"] = json_digest({str(file.relative_to(place)): sha256(file) for file in files if file.is_file()})
    return settings


def identify(part: Part) -> dict[str, Any]:
    """The settings of a data set, and the archive that the environment names; while it names none, the one of the images that are there."""
    settings = settings_of(part)
    if locate(part) is not load_cifar10:
        return settings
    origin = read_info(paths.DOWNLOAD).origin if (paths.DOWNLOAD / INFO).exists() else {}
    archive = wanted_sha256(origin if origin.get(ASKED) == settings else {}, part["sha256"])
    return {**settings, "archive": archive or part["sha256"]}
