"""The raw data set: uint8 images and labels, with the name that every figure carries."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import DTypeLike, NDArray

from numlp.config.schema import CLASSES, IMAGES, PIXELS
from numlp.errors import UserError, require
from numlp.files import replacing, write_json

INFO = "dataset.json"


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a data set without its arrays: dataset.json.

    Attributes:
        name: What the data set is called wherever a figure is shown, e.g.
            "CIFAR-10, archive 8114b53f... (not the official file)".
        origin: What it was made from: {"archive_sha256": ...} or {"seed": ...}.
        class_names: The ten names.
        digest: SHA-256 of images and labels.

    Examples:
        >>> import numlp
        >>> info = numlp.DatasetInfo("synthetic, seed 0", {"seed": 0}, ["cat", "dog"], digest="0" * 64)
        >>> info.class_names
        ['cat', 'dog']
    """

    name: str
    origin: Mapping[str, str | int]
    class_names: Sequence[str]
    digest: str


@dataclass(frozen=True)
class RawData:
    """The 50,000 training images in the official order, then the 10,000 test images.

    Attributes:
        images: (60000, 3072) uint8, channel-major rows of 32 x 32 x 3 images.
        labels: (60000,) uint8, 0 to 9.
        class_names: The ten names.
        name: What the data set is called wherever a figure is shown, e.g.
            "CIFAR-10, archive 8114b53f... (not the official file)".
        origin: What it was made from: {"archive_sha256": ...} or {"seed": ...}.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> images, labels = np.zeros((60000, 3072), np.uint8), np.zeros(60000, np.uint8)
        >>> data = numlp.RawData(images, labels, tuple("abcdefghij"), "black images", {"seed": 0})
        >>> data.images[:50000].shape  # the training images
        (50000, 3072)
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    class_names: tuple[str, ...]
    name: str
    origin: dict[str, str | int]

    def __post_init__(self) -> None:
        where = "data set"
        require(self.images.shape == (IMAGES, PIXELS), where, f"images of shape ({IMAGES}, {PIXELS})", shape=self.images.shape)
        require(self.images.dtype == np.uint8, where, "uint8 images", dtype=str(self.images.dtype))
        require(self.labels.shape == (IMAGES,), where, f"labels of shape ({IMAGES},)", shape=self.labels.shape)
        require(int(self.labels.max()) < CLASSES, where, "labels from 0 to 9", highest=int(self.labels.max()))
        require(len(self.class_names) == CLASSES, where, "10 class names", names=self.class_names)


def save_raw(data: RawData, folder: Path) -> None:
    """Write images.npy, labels.npy and, last, dataset.json (docs/formats.md), without which older arrays do not count."""
    (folder / INFO).unlink(missing_ok=True)
    for name, array in (("images", data.images), ("labels", data.labels)):
        with replacing(folder / f"{name}.npy") as file:
            write_npy(file, array.shape, array.dtype, [np.ascontiguousarray(array)])
    digest = hashlib.sha256(np.ascontiguousarray(data.images).data)
    digest.update(np.ascontiguousarray(data.labels).data)
    info = DatasetInfo(data.name, data.origin, list(data.class_names), digest.hexdigest())
    write_json(folder / INFO, asdict(info), indent=2)


def write_npy(file: BinaryIO, shape: tuple[int, ...], dtype: DTypeLike, blocks: Iterable[NDArray[Any]]) -> None:
    """Write an array in format .npy from C-contiguous blocks of its rows, by plain writes.

    On a full disk these raise "No space left on device", where `np.save` tells of items requested and written, and where
    a new memory map ends the process by a signal.
    """
    header = {"descr": np.lib.format.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    for block in blocks:
        file.write(block.data)


def load_raw(folder: Path) -> RawData:
    """Open what `save_raw` wrote, the images memory-mapped."""
    info = read_info(folder)
    images = np.load(folder / "images.npy", mmap_mode="r", allow_pickle=False)
    labels = np.load(folder / "labels.npy", allow_pickle=False)
    return RawData(images, labels, tuple(info.class_names), info.name, dict(info.origin))


def read_info(folder: Path) -> DatasetInfo:
    """What dataset.json in `folder` says.

    Raises:
        UserError: It is not what `save_raw` wrote.
    """
    try:
        return DatasetInfo(**json.loads((folder / INFO).read_text()))
    except (ValueError, TypeError) as error:
        raise UserError(
            f"{folder / INFO}: no description of a data set ({error}); delete the directory, and the next run makes it again"
        ) from error
