"""A data set of one's own in an .npz file."""

import numpy as np
import pytest

from numlp.config.compose import compose_project
from numlp.data.npz import load_npz
from numlp.data.sources import provide_raw
from numlp.inference.model_file import load_model

RUN = ["data=npz", "data.path=my.npz", "model.hidden=[5]", "train.batch_size=20", "train.epochs=1", "hydra.run.dir=out"]


def save(folder, shape=(8, 6, 3), n=120, **changed):
    rng = np.random.default_rng(1)
    arrays = {"images": rng.integers(0, 256, (n, *shape), np.uint8), "labels": rng.integers(0, 3, n), **changed}
    np.savez(folder / "my.npz", **{key: array for key, array in arrays.items() if array is not None})
    return arrays


@pytest.mark.parametrize("shape", [(8, 6, 3), (8, 6, 1), (8, 6), (48,)])
def test_data_set_of_any_shape_trains_is_evaluated_drawn_and_loaded(ready, numlp, shape):
    save(ready, shape)
    code, _, err = numlp("train", *RUN)
    assert (code, err) == (0, "")
    model = load_model(ready / "out/model.npz")
    expected = shape if len(shape) != 2 else (*shape, 1)
    assert (tuple(model.dataset.shape), model.network.sizes[0], model.network.sizes[-1]) == (expected, np.prod(shape), 3)
    assert {path.name for path in (ready / "out/plots").iterdir()} >= {"curves.png", "first_layer.png", "mistakes.png"}


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
