"""A data set of one's own in an .npz file."""

import numpy as np

from numlp.config.compose import compose_project
from numlp.data.npz import load_npz
from numlp.data.sources import provide_raw


def save(folder, n=120):
    rng = np.random.default_rng(1)
    arrays = {"images": rng.integers(0, 256, (n, 8, 6, 3), np.uint8), "labels": rng.integers(0, 3, n)}
    np.savez(folder / "my.npz", **arrays)
    return arrays


def test_rows_are_channel_major_and_the_last_sixth_is_the_test_split(project):
    arrays = save(project)
    data = load_npz("my.npz", seed=None)
    np.testing.assert_array_equal(data.images[5].reshape(3, 8, 6), np.moveaxis(arrays["images"][5], -1, 0))
    assert (data.info.name, data.info.train, list(data.info.class_names)) == ("my", 100, ["class 0", "class 1", "class 2"])
    assert data.labels.dtype == np.uint8


def test_keys_of_keras_and_test_images_are_read(project):
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, (60, 4, 4), np.uint8), rng.integers(0, 4, (60, 1))
    np.savez(project / "my.npz", x_train=x[:40], y_train=y[:40], x_test=x[40:], y_test=y[40:], class_names=["a", "b", "c", "d"])
    data = load_npz("my.npz", "keras", seed=None)
    assert (data.info.name, data.info.train, list(data.info.class_names)) == ("keras", 40, ["a", "b", "c", "d"])
    np.testing.assert_array_equal(data.labels, y[:, 0])


def test_edited_file_is_another_data_set(project):
    """In the same place: what an older version of the file gave is not kept."""
    params = project / "params.yaml"
    params.write_text(params.read_text().replace("data: cifar10 ", "data: npz ").replace("set: {}", "set: {data: {path: my.npz}}"))
    save(project)
    part = compose_project(project).data
    folder = provide_raw(part)
    before = (folder / "dataset.json").read_bytes()
    assert provide_raw(part) == folder
    assert (folder / "dataset.json").read_bytes() == before
    save(project, n=60)
    assert np.load(provide_raw(part) / "images.npy").shape == (60, 144)


def test_split_is_a_share_of_the_images_unless_another_one_is_chosen(project, numlp):
    save(project)
    command = ["normalise", "data=npz", "data.path=my.npz", "hydra.run.dir=out"]
    assert "90 training and 10 validation images" in numlp(*command)[1]
    assert "60 training and 20 validation images" in numlp(*command, "split.train=[0,60]", "split.val=[60,80]")[1]
    code, _, err = numlp(*command, "split=9k")
    assert code == 1
    assert "split.train: expected" in err
