"""Synthetic images follow from their seed, and are hard in the way that photographs are."""

import hashlib

import numpy as np
import pytest

from numlp.data.dataset import load_raw
from numlp.data.synthetic import synthesize
from numlp.errors import UserError

TRAIN_IMAGES = 50_000


@pytest.fixture(scope="module")
def data(synthetic):
    return load_raw(synthetic)


def test_a_seed_gives_the_same_bytes_on_every_machine(data):
    digest = hashlib.sha256(data.images.tobytes() + data.labels.tobytes()).hexdigest()
    assert digest == "75db5d879cc8745f1da20b09844b91e4e591acaf085f017635896ab5c5b540c3"


def test_another_seed_gives_other_images_and_labels(data):
    other = synthesize(1)
    assert np.mean(other.images == data.images) < 0.05
    assert np.mean(other.labels == data.labels) < 0.15
    assert (other.info.name, other.info.origin) == ("synthetic, seed 1", {"seed": 1})


def test_every_class_is_as_frequent_in_the_training_and_in_the_test_images(data):
    assert np.bincount(data.labels[:TRAIN_IMAGES]).tolist() == [5_000] * 10
    assert np.bincount(data.labels[TRAIN_IMAGES:]).tolist() == [1_000] * 10


def test_no_image_comes_twice_and_no_pixel_is_constant(data):
    assert len({row.tobytes() for row in data.images[:, :64]}) == len(data.images)
    assert data.images[::20].std(axis=0).min() > 10


def test_the_class_means_alone_tell_some_but_by_far_not_all_classes_apart(data):
    """A nearest-mean classifier, which sees nothing but linear features, is well above chance and well below a network."""
    images = data.images.astype(np.float32)
    train, test = images[:TRAIN_IMAGES], images[TRAIN_IMAGES:]
    means = np.stack([train[data.labels[:TRAIN_IMAGES] == label].mean(axis=0) for label in range(10)])
    scores = test @ means.T - (means**2).sum(axis=1) / 2
    accuracy = np.mean(scores.argmax(axis=1) == data.labels[TRAIN_IMAGES:])
    assert 0.15 < accuracy < 0.45


def test_other_sizes_classes_and_numbers_of_images_are_as_balanced():
    data = synthesize(1, side=16, classes=300, images=5_400)
    assert (data.images.shape, data.labels.dtype, data.info.shape, data.info.train) == ((5_400, 768), np.uint16, (16, 16, 3), 4_500)
    assert set(np.bincount(data.labels[:4_500])) == {15}
    assert set(np.bincount(data.labels[4_500:])) == {3}


@pytest.mark.parametrize(("key", "wrong"), [("seed", -1), ("side", 33), ("classes", 1), ("images", 59)])
def test_a_value_that_makes_no_data_set_is_refused(key, wrong):
    with pytest.raises(UserError, match=rf"data.{key}: expected .*got {wrong}"):
        synthesize(**{key: wrong})
