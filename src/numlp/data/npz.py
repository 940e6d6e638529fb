"""A data set of one's own: one .npz file (docs/howto/data.md)."""

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from numlp import paths
from numlp.data.dataset import DatasetInfo, RawData
from numlp.errors import UserError, require
from numlp.files import known_sha256

KEYS = {  # numlp's names of the arrays, and those that Keras writes
    "images": ("images", "x_train"),
    "labels": ("labels", "y_train"),
    "test_images": ("test_images", "x_test"),
    "test_labels": ("test_labels", "y_test"),
    "class_names": ("class_names",),
}
TEST = 6  # without test images of its own, the last sixth of the images is the test split, as in CIFAR-10
HIGHEST = 65_535  # label: each number below the highest one is a class, with an output of the network


def load_npz(path: str, name: str | None = None) -> RawData:
    """Read `images`, uint8 of shape (N, H, W, C), (N, H, W) or (N, d), and `labels`, whole numbers from 0.

    The file may also have `test_images` with `test_labels`, and `class_names`, a name per label.

    Args:
        path: The file; a relative path counts from the project's directory.
        name: Name of the data set; by default that of the file.

    Raises:
        UserError: There is no such file, or its arrays are no data set.
    """
    file = paths.from_project(path)
    try:
        with np.load(file, allow_pickle=False) as content:
            arrays = {ours: content[key] for ours, keys in KEYS.items() for key in keys if key in content.files}
    except (OSError, ValueError, TypeError, AttributeError, EOFError, BadZipFile, zlib.error) as error:
        raise UserError(f"data.path: cannot read {file} as .npz: {error}") from error
    for key, array in arrays.items():  # NumPy gives a member that is no .npy file as bytes
        require(isinstance(array, np.ndarray) and array.size > 0, f"{file}: {key}", "an array with values")
    tests = {"test_images", "test_labels"} if {"test_images", "test_labels"} & arrays.keys() else set()
    missing = sorted({"images", "labels", *tests} - arrays.keys())
    require(not missing, str(file), "images and labels, and test_images with test_labels", missing=missing)
    images, shape = _rows(arrays["images"], file)
    labels = _labels(arrays["labels"], len(images), file)
    train = len(images) - len(images) // TEST
    if tests:
        test, test_shape = _rows(arrays["test_images"], file)
        require(test_shape == shape, str(file), "test images of the training images' shape", images=shape, test_images=test_shape)
        train, images = len(images), np.concatenate([images, test])
        labels = np.concatenate([labels, _labels(arrays["test_labels"], len(test), file)])
    shuffled = bool((np.diff(labels[:train].astype(np.int64)) < 0).any())
    require(shuffled, f"{file}: labels", "labels in random order, as splits are ranges of images", "shuffle images and labels together")
    names = _class_names(arrays, int(labels.max()) + 1, file)
    small = labels.astype(np.min_scalar_type(len(names) - 1))
    info = DatasetInfo(name or file.stem, {"file_sha256": known_sha256(file)}, names, shape=shape, train=train)
    return RawData(images, small, info)


def _rows(images: NDArray[Any], file: Path) -> tuple[NDArray[np.uint8], tuple[int, ...]]:
    """Channel-major rows, and the shape of an image."""
    where = f"{file}: images"
    require(images.dtype == np.uint8, where, "uint8, from 0 to 255", dtype=str(images.dtype))
    if images.ndim == 2:
        return images, images.shape[1:]
    if images.ndim == 3:
        images = images[..., np.newaxis]
    fitting = images.ndim == 4 and images.shape[3] in (1, 3)
    require(fitting, where, "a shape of (N, H, W), (N, H, W, 1), (N, H, W, 3) or (N, d)", shape=images.shape)
    return images.transpose(0, 3, 1, 2).reshape(len(images), -1), images.shape[1:]


def _labels(labels: NDArray[Any], n: int, file: Path) -> NDArray[np.integer]:
    """(N,) labels, which Keras keeps as (N, 1)."""
    fitting = labels.dtype.kind in "iu" and labels.shape in ((n,), (n, 1))
    require(fitting, f"{file}: labels", f"{n} whole numbers", shape=labels.shape, dtype=str(labels.dtype))
    low, high = int(labels.min()), int(labels.max())
    require(low >= 0 and high <= HIGHEST, f"{file}: labels", f"whole numbers from 0 to at most {HIGHEST:,}", lowest=low, highest=high)
    return labels.reshape(-1)


def _class_names(arrays: Mapping[str, NDArray[Any]], classes: int, file: Path) -> list[str]:
    if "class_names" in arrays:
        require(arrays["class_names"].ndim == 1, f"{file}: class_names", "a list of names", shape=arrays["class_names"].shape)
        return [str(name) for name in arrays["class_names"].tolist()]
    return [f"class {label}" for label in range(classes)]
