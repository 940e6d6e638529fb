import numpy as np
import pytest

from numlp.data.dataset import DatasetInfo, RawData, save_raw


def saved(folder, change=lambda images: None):
    """A raw data set of random images; `change` may alter them."""
    rng = np.random.default_rng(3)
    images = np.tile(rng.integers(0, 256, (1000, 3072), np.uint8), (60, 1))
    change(images)
    labels = rng.integers(0, 10, 60_000).astype(np.uint8)
    save_raw(RawData(images, labels, DatasetInfo("random", {"seed": 3}, "abcdefghij")), folder)
    return folder


@pytest.fixture(scope="session")
def raw_folder(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("raw"))


@pytest.fixture(scope="session")
def constant_pixel_folder(tmp_path_factory):
    def still(images):
        images[:, 11] = 77

    return saved(tmp_path_factory.mktemp("raw"), still)
