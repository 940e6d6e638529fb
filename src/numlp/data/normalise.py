"""Split the raw images, normalise them by the training split, and keep the arrays to be memory-mapped."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from numlp import paths
from numlp.arrays import Array
from numlp.code_digest import stage_digest
from numlp.config import Config
from numlp.data.dataset import DatasetInfo, load_raw, read_info, write_npy
from numlp.data.sources import provide_raw
from numlp.errors import UserError, require
from numlp.files import json_digest, locked, write_json

Name: TypeAlias = Literal["train", "val", "test"]
SPLITS: Mapping[Name, str] = {"train": "training", "val": "validation", "test": "test"}  # for people
CHUNK = 2_500  # rows that are normalized at once: 31 MB of float32


@dataclass(frozen=True)
class Part:
    """One split: (N, d) float32 images, memory-mapped, and (N,) labels.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> part = numlp.Part(np.zeros((100, 3072), np.float32), np.zeros(100, np.intp))
        >>> part.x.shape, part.labels.shape
        ((100, 3072), (100,))
    """

    x: Array
    labels: NDArray[np.intp]


@dataclass(frozen=True)
class Recipe:
    """What normalized arrays were made from: about.json.

    Attributes:
        data: The raw data set.
        split: [start, stop] of the training and the validation images.
        code: Digest of the code that makes the arrays.
    """

    data: DatasetInfo
    split: Mapping[str, Sequence[int]]
    code: str

    @property
    def key(self) -> str:
        """The digest of it all."""
        return json_digest(asdict(self))[:16]


@dataclass(frozen=True)
class Prepared:
    """A folder of normalized arrays (docs/formats.md).

    Attributes:
        folder: Where the arrays are.
        recipe: What they were made from.
        mean: (d,) means of the training split's pixels on the 0..1 scale, float64.
        std: (d,) their standard deviations; 1 where a pixel never changes, which then is 0 once normalized.
    """

    folder: Path
    recipe: Recipe
    mean: Array
    std: Array

    @property
    def dataset(self) -> DatasetInfo:
        """The raw data set."""
        return self.recipe.data

    def first(self, inputs: int) -> "Prepared":
        """The same with the first `inputs` values of each image alone."""
        expected = f"a whole number from 1 to {self.dataset.inputs}"
        require(1 <= inputs <= self.dataset.inputs, "model.inputs", expected, inputs=inputs)
        return replace(self, mean=self.mean[:inputs], std=self.std[:inputs])

    def part(self, name: Name) -> Part:
        """Open one split."""
        x = np.load(self.folder / f"{name}_images.npy", mmap_mode="r", allow_pickle=False)[:, : self.mean.size]
        return Part(x, np.load(self.folder / f"{name}_labels.npy", allow_pickle=False).astype(np.intp))


def prepare_data(config: Config) -> Prepared:
    """The normalized arrays of `config.split`; the first process to ask makes them, the others wait.

    Raises:
        UserError: The arrays that are there were made from something else.
    """
    raw = provide_raw(config.data.source)
    whole = prepare(raw, config.split.train, config.split.val, paths.NORMALISED)
    pairs = {"data": (whole.dataset, read_info(raw)), "split": (whole.recipe.split, {"train": config.split.train, "val": config.split.val})}
    for name, (recorded, wanted) in pairs.items():
        if recorded != wanted:
            raise UserError(f"{whole.folder}: these arrays are of another {name}; delete the directory, and the next run makes them again")
    return whole if config.model.inputs is None else whole.first(config.model.inputs)


def prepare(raw: Path, train: Sequence[int], val: Sequence[int], store: Path) -> Prepared:
    """Open the normalized arrays of a split, and make them first when they are not there.

    Args:
        raw: Folder of the raw data set.
        train: [start, stop] of the training split among the training images.
        val: [start, stop] of the validation split.
        store: Folder with one sub-folder a set of choices. Processes that ask for the same one wait for the first.
    """
    recipe = Recipe(read_info(raw), {"train": list(train), "val": list(val)}, stage_digest("normalise"))
    folder = store / recipe.key
    if not folder.exists():
        with locked(store / f"{recipe.key}.lock"):
            if not folder.exists():
                _make(raw, recipe, folder)
    return open_prepared(folder)


def open_prepared(folder: Path) -> Prepared:
    """Open a folder that `prepare` made."""
    content = json.loads((folder / "about.json").read_text())
    recipe = Recipe(DatasetInfo(**content["data"]), content["split"], content["code"])
    return Prepared(folder, recipe, np.load(folder / "mean.npy"), np.load(folder / "std.npy"))


def statistics(images: NDArray[np.uint8]) -> tuple[Array, Array]:
    """Mean and standard deviation (divisor N) of each column of (N, d) uint8 images, on the 0..1 scale, float64.

    The sums are of whole numbers, so that neither order nor rounding enters them.
    """
    total, squares = np.zeros(images.shape[1], np.int64), np.zeros(images.shape[1], np.int64)
    for rows in _chunks(images):
        wide = rows.astype(np.uint32)
        total += wide.sum(axis=0, dtype=np.uint32)  # at most CHUNK * 255
        squares += np.multiply(wide, wide, out=wide).sum(axis=0, dtype=np.uint32)  # at most CHUNK * 255^2 < 2^32
    n = len(images)
    mean = total / (n * 255)
    variance = (n * squares - total**2) / (n * 255.0) ** 2
    return mean, np.sqrt(variance)


def normalise(images: NDArray[np.uint8], mean: Array, std: Array, out: Array) -> None:
    """Out = (images / 255 - mean) / std in float32, as one product and one difference with rounded constants."""
    scale, shift = (1 / (255 * std)).astype(np.float32), (mean / std).astype(np.float32)
    for rows, target in zip(_chunks(images), _chunks(out), strict=True):
        np.multiply(rows, scale, out=target)
        target -= shift


def _make(raw: Path, recipe: Recipe, folder: Path) -> None:
    data = load_raw(raw)
    train = recipe.data.train
    for name, (start, stop) in recipe.split.items():
        expected = f"[start, stop] with 0 <= start < stop <= {train}, the number of training images"
        require(0 <= start < stop <= train, f"split.{name}", expected, **{name: [start, stop]})
    ranges = {**recipe.split, "test": [train, len(data.images)]}
    mean, std = statistics(data.images[slice(*ranges["train"])])
    std[std == 0] = 1
    with _new_folder(folder) as part:
        for name, (start, stop) in ranges.items():
            with (part / f"{name}_images.npy").open("wb") as file:
                write_npy(file, (stop - start, recipe.data.inputs), np.float32, _normalized(data.images[start:stop], mean, std))
            np.save(part / f"{name}_labels.npy", data.labels[start:stop])
        np.save(part / "mean.npy", mean)
        np.save(part / "std.npy", std)
        write_json(part / "about.json", {**asdict(recipe), "key": recipe.key}, indent=2)


def _normalized(images: NDArray[np.uint8], mean: Array, std: Array) -> Iterator[Array]:
    """The normalized rows in blocks, of which each lives until the next."""
    buffer = np.empty((min(CHUNK, len(images)), images.shape[1]), np.float32)
    for rows in _chunks(images):
        block = buffer[: len(rows)]
        normalise(rows, mean, std, block)
        yield block


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """A folder that takes its name when the body ends, and is removed when it raises."""
    part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        yield part
        part.rename(folder)
    except BaseException as error:
        shutil.rmtree(part, ignore_errors=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(folder)  # the name that the user knows
        raise


def _chunks(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    for start in range(0, len(array), CHUNK):
        yield array[start : start + CHUNK]
