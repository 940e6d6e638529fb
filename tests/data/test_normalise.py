"""The splits of a data set, and the values that networks read."""

import json

import numpy as np
import pytest

from numlp.data.normalise import Pixels, prepare, statistics
from numlp.errors import UserError
from numlp.nn.initializers import he, initialize
from numlp.nn.network import Network
from numlp.stages.normalise import load_split
from numlp.training.evaluator import Evaluator


def test_statistics_are_the_definition_of_mean_and_standard_deviation(rng):
    images = rng.integers(0, 256, (6001, 7), np.uint8)
    mean, std = statistics(images)
    np.testing.assert_allclose(mean, (images / 255).mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(std, (images / 255).std(axis=0), rtol=1e-12)


def test_statistics_survive_the_brightest_images():
    mean, std = statistics(np.full((5000, 3), 255, np.uint8))
    np.testing.assert_array_equal(mean, 1)
    np.testing.assert_array_equal(std, 0)


def test_pixels_have_the_same_bits_however_they_are_read(rng):
    """They are one product and one difference in float32, rounded after each."""
    images = rng.integers(0, 256, (1203, 9), np.uint8)
    mean, std = statistics(images)
    scale, shift = (1 / (255 * std)).astype(np.float32), (mean / std).astype(np.float32)
    expected = images * scale - shift
    x, index = Pixels(images, mean, std), rng.permutation(1203)[:150]
    gathered, buffer = np.empty((150, 9), np.float32), np.empty((600, 9), np.float32)
    assert (len(x), x.shape, x.dtype) == (1203, (1203, 9), np.float32)
    np.testing.assert_array_equal(x[:], expected)
    np.testing.assert_array_equal(x[index], expected[index])
    np.testing.assert_array_equal(x.take(index, 0, gathered, "clip"), expected[index])
    np.testing.assert_array_equal(x.read(700, 1203, buffer), expected[700:])
    np.testing.assert_allclose(expected.mean(axis=0, dtype=np.float64), 0, atol=1e-5)
    np.testing.assert_allclose(expected.std(axis=0, dtype=np.float64), 1, rtol=1e-5)


def test_statistics_and_labels_are_those_of_the_split(raw_folder, tmp_path):
    data = prepare(raw_folder, [100, 400], [0, 100], tmp_path)
    images, labels = np.load(raw_folder / "images.npy", mmap_mode="r"), np.load(raw_folder / "labels.npy")
    mean, std = statistics(images[100:400])
    np.testing.assert_array_equal(data.mean, mean)
    for name, rows in {"train": slice(100, 400), "val": slice(0, 100), "test": slice(50_000, None)}.items():
        np.testing.assert_allclose(data.part(name).x[5:6][0], (images[rows][5] / 255 - mean) / std, rtol=1e-4, atol=1e-5)
        np.testing.assert_array_equal(data.part(name).labels, labels[rows])


def test_pixel_that_never_changes_becomes_zero(constant_pixel_folder, tmp_path):
    data = prepare(constant_pixel_folder, [0, 60], [60, 90], tmp_path)
    assert data.std[11] == 1
    assert not data.part("train").x[:][:, 11].any()
    assert np.isfinite(data.part("val").x[:]).all()


def test_the_first_values_alone_are_read(raw_folder, tmp_path):
    data = prepare(raw_folder, [0, 60], [60, 90], tmp_path)
    np.testing.assert_array_equal(data.first(20).part("val").x[:], data.part("val").x[:][:, :20])
    with pytest.raises(UserError, match=r"model\.inputs: expected a whole number from 1 to 3072, got 3073"):
        data.first(3073)


@pytest.mark.parametrize(("train", "val", "where"), [([0, 60], [60, 50_001], "split.val"), ([50_000, 60_000], [0, 60], "split.train")])
def test_split_beyond_the_training_images_is_refused(raw_folder, tmp_path, train, val, where):
    with pytest.raises(UserError, match=f"{where}: expected .* <= 50000"):
        prepare(raw_folder, train, val, tmp_path)


def test_stage_s_statistics_are_taken_for_the_same_split_alone(with_data, numlp):
    command = ["normalise", "+stage=pipeline", "data=synthetic", "split.train=[0,60]", "split.val=[60,80]"]
    stage, raw = with_data / "build/normalise", with_data / "build/download"
    assert numlp(*command)[0] == 0
    expected = prepare(raw, [0, 60], [60, 80], with_data)
    np.savez(stage / "statistics.npz", mean=expected.mean + 1, std=expected.std)  # to tell them apart
    np.testing.assert_array_equal(prepare(raw, [0, 60], [60, 80], stage).mean, expected.mean + 1)
    np.testing.assert_array_equal(prepare(raw, [0, 61], [61, 80], stage).mean, statistics(np.load(raw / "images.npy")[:61])[0])
    content = json.loads((stage / "split.json").read_text())
    (stage / "split.json").write_text(json.dumps(content | {"data": content["data"] | {"digest": "0"}}))
    np.testing.assert_array_equal(prepare(raw, [0, 60], [60, 80], stage).mean, expected.mean)


def test_evaluation_of_pixels_has_the_bits_of_an_evaluation_of_their_values(rng):

    network = Network((30, 5, 3))
    initialize(network, he, rng)
    images = rng.integers(0, 256, (2300, 30), np.uint8)
    x = Pixels(images, *statistics(images))
    for threads in (1, 2):
        np.testing.assert_array_equal(Evaluator(network, threads).probabilities(x), Evaluator(network).probabilities(x[:]))


def test_split_of_the_project_is_loaded_from_any_directory_of_it(with_data, numlp, monkeypatch):
    for name, words in (("train", "numlp normalise"), ("validation", "train, val, test")):
        with pytest.raises(UserError, match=words):
            load_split(name)
    assert numlp("normalise", "+stage=pipeline", "data=synthetic", "split.train=[0,60]", "split.val=[60,80]")[0] == 0
    (with_data / "notebooks").mkdir()
    monkeypatch.chdir(with_data / "notebooks")
    (x, labels), expected = load_split("val"), prepare(with_data / "build/download", [0, 60], [60, 80], with_data).part("val")
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x, expected.x[:])
    np.testing.assert_array_equal(labels, expected.labels)
