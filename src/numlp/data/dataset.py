"""A data set: uint8 images and labels, and what networks and figures need to know of them (docs/formats.md)."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from numlp.errors import UserError, require
from numlp.files import replacing, write_json

INFO = "dataset.json"
TEST = 6  # one image of so many becomes a test image where there are none, as in CIFAR-10
Arrays: TypeAlias = tuple[NDArray[np.uint8], NDArray[np.integer]]  # (N, d) images and (N,) labels


@dataclass(frozen=True)
class DatasetInfo:
    """A data set without its arrays: dataset.json.

    Attributes:
        name: Name of the data set in all figures, e.g. "CIFAR-10, archive 8114b53f... (not the official file)".
        origin: Source of the images, e.g. {"archive_sha256": ...} or {"seed": ...}.
        class_names: A name per class; their number is the width of a network's output.
        digest: SHA-256 of images and labels; empty until they are saved.
        shape: (height, width, channels) of an image, or (d,) for rows of values that are no images.
        train: Number of training images; those behind them are the test split.
    """

    name: str
    origin: Mapping[str, Any]
    class_names: Sequence[str]
    digest: str = ""
    shape: Sequence[int] = (32, 32, 3)  # the oldest files have neither shape nor train
    train: int = 50_000

    @property
    def inputs(self) -> int:
        """Number of values of an image."""
        return math.prod(self.shape)

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @property
    def is_image(self) -> bool:
        """Whether a row of values can be shown, mirrored and shifted."""
        return len(self.shape) == 3


@dataclass(frozen=True)
class RawData:
    """Training images, then test images, as rows of values.

    Attributes:
        images: (N, d) uint8; the values of an image are channel-major: all of its first channel row by row, then the next channel.
        labels: (N,) whole numbers from 0.
        info: The description, without a digest; it is checked against the arrays.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.integer]
    info: DatasetInfo

    def __post_init__(self) -> None:
        info, n = self.info, len(self.images)
        where = f"data set {info.name}"
        require(self.images.dtype == np.uint8, where, "uint8 images", dtype=str(self.images.dtype))
        require(self.images.shape == (n, info.inputs), where, f"images of {info.inputs} values", shape=self.images.shape)
        require(self.labels.shape == (n,), where, f"{n} labels", shape=self.labels.shape)
        require(0 < info.train < n, where, f"training and test images among the {n}", train=info.train)
        names = list(info.class_names)
        fitting = len(set(names)) == len(names) >= 2 and all(isinstance(name, str) and name.isprintable() for name in names)
        require(fitting, where, "two or more different class names of printable characters", names=names)
        low, high = int(self.labels.min()), int(self.labels.max())
        require(low >= 0 and high < info.classes, where, f"labels from 0 to {info.classes - 1}", lowest=low, highest=high)


def assemble(info: DatasetInfo, arrays: Arrays, test: Arrays | None, seed: int | None, where: str) -> RawData:
    """Make a data set of arrays in any order; without test images, the last sixth of the images becomes the test split.

    The images of a class, shuffled by `seed`, are first spread evenly over all of `arrays`: each range of images, and so each split, has
    about its share of every class. Without a seed the images keep their order. In an error `where` names the labels.
    """
    images, labels = arrays
    counts = np.bincount(labels, minlength=info.classes).tolist()
    empty = [name for name, count in zip(info.class_names, counts, strict=True) if count == 0]
    remedy = "labels count from 0 without gaps: numpy.unique(labels, return_inverse=True)[1]"
    require(not empty, where, f"images of each of the {info.classes} classes, got no image of {', '.join(empty[:5])}", remedy)
    if seed is not None:
        rng, places = np.random.default_rng(seed), np.empty(len(labels))
        for label, count in enumerate(counts):
            places[rng.permutation(np.flatnonzero(labels == label))] = (np.arange(count) + rng.random()) / count
        order = places.argsort(kind="stable")
        images, labels = images[order], labels[order]
    train = len(images) - len(images) // TEST
    if test is not None:
        train, images, labels = len(images), np.concatenate([images, test[0]]), np.concatenate([labels, test[1]])
    return RawData(images, labels.astype(np.min_scalar_type(info.classes - 1)), replace(info, train=train))


def save_raw(data: RawData, folder: Path) -> DatasetInfo:
    """Write images.npy, labels.npy and, last, dataset.json (docs/formats.md), without which older arrays do not count.

    The writes are plain ones: on a full disk `np.save` tells of items requested and written.
    """
    (folder / INFO).unlink(missing_ok=True)
    digest = hashlib.sha256()
    for name, array in (("images", data.images), ("labels", data.labels)):
        block = np.ascontiguousarray(array)
        digest.update(block.data)
        with replacing(folder / f"{name}.npy") as file:
            np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(block))
            file.write(block.data)
    info = replace(data.info, digest=digest.hexdigest())
    write_json(folder / INFO, asdict(info), indent=2)
    return info


def load_raw(folder: Path) -> RawData:
    """Open what `save_raw` wrote, the images memory-mapped."""
    images = np.load(folder / "images.npy", mmap_mode="r", allow_pickle=False)
    labels = np.load(folder / "labels.npy", allow_pickle=False)
    return RawData(images, labels, read_info(folder))


def read_info(folder: Path) -> DatasetInfo:
    """The description in `folder`, which `save_raw` wrote."""
    try:
        return DatasetInfo(**json.loads((folder / INFO).read_text()))
    except (ValueError, TypeError) as error:
        raise UserError(f"{folder / INFO}: no description of a data set ({error}); delete the directory, and it is made again") from error
