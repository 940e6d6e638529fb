"""A data set of one's own: a directory of image files (docs/howto/data.md)."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from numlp import paths
from numlp.data.dataset import DatasetInfo, RawData, assemble
from numlp.data.image_file import SUFFIXES, read_image
from numlp.errors import require

log = logging.getLogger(__name__)


def load_folder(path: str, shape: tuple[int, int, int] = (32, 32, 3), name: str | None = None, seed: int | None = 0) -> RawData:
    """Read a directory with one directory of PNG, JPEG or WebP files per class, or with two of such directories, train/ and test/.

    Args:
        path: The directory; a relative path counts from the project's directory.
        shape: (height, width, channels) to which every image is cropped and scaled, as by `numlp.read_image`; one channel is gray.
        name: Name of the data set; by default that of the directory.
        seed: Seed of the order of the images and of the test split (see `assemble`); null keeps them in the order of their names.

    Raises:
        UserError: There is no such directory, a file of a class is no image, or there are less than two classes.
    """
    root = paths.from_project(path)
    fitting = len(shape) == 3 and min(shape) > 0 and shape[2] in (1, 3)
    require(fitting, "data.shape", "[height, width, channels] with 1 or 3 channels", shape=list(shape))
    parts, inside = [root], {folder.name for folder in _folders(root)}
    if len(inside & {"train", "test", "val", "valid", "validation"}) > 1:
        remedy = "the validation images are a share of train/ (split.val): move them there"
        require(inside == {"train", "test"}, path, "train/ and test/ alone, each with one directory per class", remedy, got=sorted(inside))
        parts = [root / "train", root / "test"]
    names = [folder.name for folder in _folders(parts[0])]
    require(len(names) >= 2, path, "two or more directories, one per class", got=names)
    arrays = [_read(part, names, tuple(shape)) for part in parts]
    test = arrays[1] if len(parts) == 2 else None
    return assemble(DatasetInfo(name or root.resolve().name, {}, names, shape=tuple(shape)), arrays[0], test, seed, path)


def _folders(part: Path) -> list[Path]:
    """The directories of the classes, in order."""
    require(part.is_dir(), str(part), "a directory with one directory of images per class")
    inside = sorted(inner for inner in part.iterdir() if not inner.name.startswith("."))
    stray = [inner.name for inner in inside if inner.suffix.lower() in SUFFIXES and inner.is_file()]
    require(not stray, str(part), "images in one directory per class, not beside these directories", got=stray[:1])
    return [inner for inner in inside if inner.is_dir()]


def _read(part: Path, names: Sequence[str], shape: tuple[int, ...]) -> tuple[NDArray[np.uint8], NDArray[np.integer]]:
    """The images of a directory, as channel-major rows, and their labels."""
    folders = _folders(part)
    require([folder.name for folder in folders] == names, str(part), f"the classes {', '.join(names)}", got=[f.name for f in folders])
    contents = [sorted(file for file in folder.iterdir() if not file.name.startswith(".")) for folder in folders]
    files = [[file for file in content if file.suffix.lower() in SUFFIXES] for content in contents]
    others = [file for content in contents for file in content if file.suffix.lower() not in SUFFIXES]
    nested = [str(file) for file in others if file.is_dir()]
    require(not nested, str(part), "images alone in the directory of a class", "no directories there", got=nested[:1])
    for folder, inside in zip(folders, files, strict=True):
        require(len(inside) > 0, str(folder), f"images ({', '.join(SUFFIXES)}), in each class", got=len(inside))
    if others:
        log.warning("warning: %s: skipped %d files that are no PNG, JPEG or WebP images, the first one %s", part, len(others), others[0])
    height, width, channels = shape
    images = np.empty((sum(map(len, files)), channels, height, width), np.uint8)
    progress = tqdm([file for inside in files for file in inside], "images", disable=None, leave=False)  # a bar, on a terminal alone
    for image, file in zip(images, progress, strict=True):
        image[...] = np.moveaxis(read_image(file, shape), -1, 0)
    return images.reshape(len(images), -1), np.repeat(np.arange(len(names)), [len(inside) for inside in files])
