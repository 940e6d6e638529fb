"""The splits of a data set: uint8 images that are normalized by the training split as they are read."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from numlp import paths
from numlp.arrays import Array
from numlp.code_digest import stage_digest
from numlp.config import Config
from numlp.data.dataset import DatasetInfo, RawData, load_raw
from numlp.data.sources import describe_data, provide_raw
from numlp.errors import require
from numlp.files import read_json

Name: TypeAlias = Literal["train", "val", "test"]
SPLITS: Mapping[Name, str] = {"train": "training", "val": "validation", "test": "test"}  # for people
BLOCK = 100  # rows that are normalized at once: 1.2 MB of float32, which a core's cache holds
EXACT = 256  # rows whose squares, of at most 255^2 each, have a sum that float32 holds exactly


class Pixels:
    """(N, d) uint8 images as the float32 values that networks read: (image / 255 - mean) / std, made anew at each access.

    Args:
        images: (N, d or more); of each the first d values are read.
        mean: (d,) means on the 0..1 scale, float64.
        std: (d,) standard deviations, float64.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, images: NDArray[np.uint8], mean: Array, std: Array) -> None:
        self._images = np.asarray(images[:, : mean.size])
        self._scale, self._shift = (1 / (255 * std)).astype(np.float32), (mean / std).astype(np.float32)
        self._gathered: dict[int, NDArray[np.uint8]] = {}  # buffers by size
        self.shape = self._images.shape

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, rows: slice | NDArray[np.intp]) -> Array:
        images = self._images[rows]
        return self._normalise(images, np.empty(images.shape, self.dtype))

    def take(self, rows: NDArray[np.intp], axis: Literal[0], out: Array, mode: Literal["clip"]) -> Array:
        """Gather rows as an array's method of this name does; by one thread at a time."""
        if len(rows) not in self._gathered:
            self._gathered[len(rows)] = np.empty(out.shape, np.uint8)
        return self._normalise(self._images.take(rows, axis, self._gathered[len(rows)], mode), out)

    def read(self, start: int, stop: int, out: Array) -> Array:
        """Rows from `start` to `stop`, in the first rows of a buffer."""
        return self._normalise(self._images[start:stop], out[: stop - start])

    def _normalise(self, images: NDArray[np.uint8], out: Array) -> Array:
        """One product and one difference with rounded constants, in float32."""
        for start in range(0, len(images), BLOCK):
            rows = out[start : start + BLOCK]
            rows[...] = images[start : start + BLOCK]
            rows *= self._scale
            rows -= self._shift
        return out


class Part(NamedTuple):
    """One split: (N, d) images, as float32 values or as pixels that become such, and (N,) labels."""

    x: Array | Pixels
    labels: NDArray[np.intp]


@dataclass(frozen=True)
class Prepared:
    """A data set, its splits, and the statistics of the training split.

    Attributes:
        folder: The folder of the images; each split maps them anew, so that memory holds those of the splits in use alone.
        dataset: Their description.
        split: [start, stop] of the training and of the validation images; the test images are those behind all training images.
        mean: (d,) means of the training split's pixels on the 0..1 scale, float64.
        std: (d,) their standard deviations; 1 where a pixel never changes, which then is 0 once normalized.
    """

    folder: Path
    dataset: DatasetInfo
    split: Mapping[str, list[int]]
    mean: Array
    std: Array

    def first(self, inputs: int) -> "Prepared":
        """The same splits with the first `inputs` values of each image alone."""
        expected = f"a whole number from 1 to {self.dataset.inputs}"
        require(1 <= inputs <= self.dataset.inputs, "model.inputs", expected, inputs=inputs)
        return replace(self, mean=self.mean[:inputs], std=self.std[:inputs])

    def part(self, name: Name) -> Part:
        """One split."""
        raw = self.load()
        rows = slice(self.dataset.train, None) if name == "test" else slice(*self.split[name])
        return Part(Pixels(raw.images[rows], self.mean, self.std), raw.labels[rows].astype(np.intp))

    def load(self) -> RawData:
        """The raw images and labels, unless others have taken their place meanwhile."""
        raw = load_raw(self.folder)
        require(raw.info.digest == self.dataset.digest, str(self.folder), f"the images of {self.dataset.name}", found=raw.info.name)
        return raw


def prepare_data(config: Config) -> Prepared:
    """The splits of a config, with the stage's statistics."""
    data = prepare(provide_raw(config.data), config.split.train, config.split.val, paths.NORMALISE)
    return data if config.model.inputs is None else data.first(config.model.inputs)


def count_training_images(config: Config) -> int:
    """Size of the training split; only shares need the data set for it."""
    split = config.split
    if any(isinstance(end, float) for end in split.train):
        start, stop = split_ranges(split.train, split.val, describe_data(config).train)["train"]
        return stop - start
    return int(split.train[1]) - int(split.train[0])


def split_ranges(train: Sequence[float], val: Sequence[float], images: int) -> dict[str, list[int]]:
    """[start, stop] of the training and of the validation split, given in images, or in shares of them where an end is no integer.

    Raises:
        UserError: A split goes beyond the training images, or the two overlap.
    """
    ranges = {}
    for name, ends in (("train", train), ("val", val)):
        start, stop = (round(end * images) for end in ends) if any(isinstance(end, float) for end in ends) else map(int, ends)
        expected = f"[start, stop] with 0 <= start < stop <= {images}, the number of training images"
        require(0 <= start < stop <= images, f"split.{name}", expected, "split=shares fits any number", **{name: list(ends)})
        ranges[name] = [start, stop]
    apart = ranges["train"][1] <= ranges["val"][0] or ranges["val"][1] <= ranges["train"][0]
    require(apart, "split", "training and validation ranges that do not overlap", **ranges)
    return ranges


def prepare(folder: Path, train: Sequence[float], val: Sequence[float], stage: Path) -> Prepared:
    """Open the splits of a raw data set (see `split_ranges`); the folder `stage` gives the statistics where it has had the same split."""
    raw = load_raw(folder)
    data = Prepared(folder, raw.info, split_ranges(train, val, raw.info.train), np.empty(0), np.empty(0))
    if (recorded := read_json(stage / paths.SPLIT)) is not None and recorded == describe(data):
        with np.load(stage / paths.STATISTICS, allow_pickle=False) as file:
            return replace(data, mean=file["mean"], std=file["std"])
    mean, std = _measure(folder, raw.info.digest, *data.split["train"])
    return replace(data, mean=mean, std=std)


@lru_cache(maxsize=8)  # for the jobs of a sweep, of which a process runs one after another
def _measure(folder: Path, digest: str, start: int, stop: int) -> tuple[Array, Array]:
    mean, std = statistics(load_raw(folder).images[start:stop])
    std[std == 0] = 1
    return mean, std


def describe(data: Prepared) -> dict[str, Any]:
    """The data set and the split that the statistics follow from: split.json."""
    return {"data": asdict(data.dataset), "split": data.split, "code": stage_digest("normalise")}


def statistics(images: NDArray[np.uint8]) -> tuple[Array, Array]:
    """Mean and standard deviation (divisor N) of each column of (N, d) uint8 images, on the 0..1 scale, float64.

    The sums are of whole numbers, so that neither order nor rounding enters them.
    """
    n, d = images.shape
    total, squares = np.zeros(d, np.int64), np.zeros(d, np.int64)
    for start in range(0, n, EXACT):
        rows = images[start : start + EXACT].astype(np.float32)
        ones = np.ones(len(rows), np.float32)
        total += (ones @ rows).astype(np.int64)
        rows *= rows
        squares += (ones @ rows).astype(np.int64)
    return total / (n * 255), np.sqrt((n * squares - total**2) / (n * 255.0) ** 2)
