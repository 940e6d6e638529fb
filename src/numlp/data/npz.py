"""A data set of one's own: one .npz file (docs/howto/data.md)."""

import zlib
from collections.abc import Mapping
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from numlp import paths
from numlp.data.dataset import DatasetInfo, RawData, assemble
from numlp.errors import UserError, require
from numlp.files import sha256

KEYS = {  # numlp's names of the arrays, and those that Keras writes
    "images": ("images", "x_train"),
    "labels": ("labels", "y_train"),
    "test_images": ("test_images", "x_test"),
    "test_labels": ("test_labels", "y_test"),
    "class_names": ("class_names",),
}
HIGHEST = 65_535  # label: each number below the highest one is a class, with an output of the network


def load_npz(path: str, name: str | None = None, seed: int | None = 0) -> RawData:
    """Read `images` of shape (N, H, W, C), (N, H, W) or (N, d), and `labels`, whole numbers from 0.

    Values are whole numbers from 0 to 255, or floats from 0 to 1, which become such. The file may also have `test_images` with
    `test_labels`, and `class_names`, a name per label.

    Args:
        path: The file; a relative path counts from the project's directory.
        name: Name of the data set; by default that of the file.
        seed: Seed of the order of the images and of the test split (see `assemble`); null keeps the file's order.

    Raises:
        UserError: There is no such file, or its arrays are no data set.
    """
    file, arrays, key = paths.from_project(path), dict[str, Any](), "the file"
    try:
        with np.load(file, allow_pickle=False) as content:
            for key in content.files:
                arrays[key] = content[key] if any(key in keys for keys in KEYS.values()) else None
    except (OSError, ValueError, TypeError, AttributeError, EOFError, MemoryError, BadZipFile, zlib.error) as error:
        text = str(error).partition(". ")[0]  # NumPy goes on by advice to unpickle it
        if file.is_dir():
            text = "a directory; use data=folder"
        elif file.suffix == ".npy":
            text = "an .npy file; use numpy.savez"
        raise UserError(f"{path}: {key}: expected arrays of numbers or text, as numpy.savez writes them, got {text}") from error
    return from_arrays(arrays, path, name or file.stem, {"file_sha256": sha256(file)}, seed)


def from_arrays(given: Mapping[str, Any], where: str, name: str, origin: Mapping[str, Any], seed: int | None = 0) -> RawData:
    """Make a data set of arrays by their names in an .npz file (see `load_npz`); `where` begins the text of an error."""
    arrays = {ours: given[key] for ours, keys in KEYS.items() for key in keys if key in given}
    tests = {"test_images", "test_labels"} if {"test_images", "test_labels"} & arrays.keys() else set()
    require({"images", "labels", *tests} <= arrays.keys(), where, "images and labels, and test_images with test_labels", got=list(given))
    for ours, array in arrays.items():  # NumPy gives a member that is no .npy file as bytes
        require(isinstance(array, np.ndarray) and array.size > 0, f"{where}: {ours}", "an array with values")
    listed = arrays.get("class_names", np.empty(0))
    require(listed.ndim == 1, f"{where}: class_names", "a list of names", shape=listed.shape)
    names = [str(name) for name in listed.tolist()]
    images, shape = _rows(arrays["images"], f"{where}: images")
    labels, test = _labels(arrays["labels"], len(images), len(names), f"{where}: labels"), None
    if tests:
        test_images, test_shape = _rows(arrays["test_images"], f"{where}: test_images")
        require(test_shape == shape, f"{where}: test_images", f"the images' shape {shape}", shape=test_shape)
        test = test_images, _labels(arrays["test_labels"], len(test_images), len(names), f"{where}: test_labels")
    names = names or [f"class {label}" for label in range(int(labels.max()) + 1)]
    require(len(names) > 1, f"{where}: labels", "two or more classes", only=names[0])
    return assemble(DatasetInfo(name, origin, names, shape=shape), (images, labels), test, seed, f"{where}: labels")


def _rows(images: NDArray[Any], where: str) -> tuple[NDArray[np.uint8], tuple[int, ...]]:
    """Channel-major rows, and the shape of an image."""
    if images.ndim == 3:
        images = images[..., np.newaxis]
    fitting = images.ndim == 2 or (images.ndim == 4 and images.shape[3] in (1, 3))
    first = images.ndim == 4 and images.shape[1] in (1, 3)
    remedy = "the channels come last: images.transpose(0, 2, 3, 1)" if first else "other data is (N, d): images.reshape(len(images), -1)"
    require(fitting, where, "a shape of (N, H, W), (N, H, W, 1), (N, H, W, 3) or (N, d)", remedy, shape=images.shape)
    shape, kind = images.shape[1:], images.dtype.kind
    require(kind in "iuf", where, "uint8 from 0 to 255, or floats from 0 to 1", dtype=str(images.dtype))
    if images.dtype != np.uint8:
        top, sort = (1, "floats") if kind == "f" else (255, "whole numbers")
        remedy = "scale them, e.g. (x - x.min(axis=0)) / numpy.ptp(x, axis=0), or x / 255 where they reach 255"
        _require_each((images >= 0) & (images <= top), images, where, f"{sort} from 0 to {top}", remedy)
        images = (np.rint(images * 255.0) if kind == "f" else images).astype(np.uint8)
    return np.moveaxis(images, -1, 1).reshape(len(images), -1), shape


def _labels(labels: NDArray[Any], n: int, classes: int, where: str) -> NDArray[np.integer]:
    """(N,) labels, which Keras keeps as (N, 1)."""
    fitting = labels.dtype.kind in "iu" and labels.shape in ((n,), (n, 1))
    remedy = "text: numpy.unique(labels, return_inverse=True)[1]; floats: labels.astype(int); one-hot: labels.argmax(axis=1)"
    require(fitting, where, f"{n} whole numbers", remedy, shape=labels.shape, dtype=str(labels.dtype))
    labels, highest = labels.reshape(-1), classes - 1 if classes else HIGHEST
    _require_each((labels >= 0) & (labels <= highest), labels, where, f"{n:,} whole numbers from 0 to {highest:,}")
    return labels


def _require_each(fitting: NDArray[np.bool_], array: NDArray[Any], where: str, expected: str, remedy: str = "") -> None:
    """Raise UserError that names the first value which does not fit, and its index."""
    index = tuple(map(int, np.unravel_index(int(fitting.argmin()), fitting.shape)))
    place = index[0] if len(index) == 1 else index
    require(bool(fitting.all()), where, f"{expected}, got {array[index]} at index {place}", remedy)
