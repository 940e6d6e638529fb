from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

from numlp.data.normalise import normalise, open_prepared, prepare, statistics
from numlp.errors import UserError


def test_statistics_are_the_definition_of_mean_and_standard_deviation(rng):
    images = rng.integers(0, 256, (6001, 7), np.uint8)
    mean, std = statistics(images)
    np.testing.assert_allclose(mean, (images / 255).mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(std, (images / 255).std(axis=0), rtol=1e-12)


def test_statistics_survive_the_brightest_images():
    mean, std = statistics(np.full((5000, 3), 255, np.uint8))
    np.testing.assert_array_equal(mean, 1)
    np.testing.assert_array_equal(std, 0)


def test_normalized_columns_have_zero_mean_and_unit_deviation(rng):
    images = rng.integers(0, 256, (5001, 9), np.uint8)
    out = np.empty(images.shape, np.float32)
    normalise(images, *statistics(images), out)
    np.testing.assert_allclose(out.mean(axis=0, dtype=np.float64), 0, atol=1e-5)
    np.testing.assert_allclose(out.std(axis=0, dtype=np.float64), 1, rtol=1e-5)


def test_statistics_come_from_the_training_split_alone(raw_folder, tmp_path):
    prepared = prepare(raw_folder, [0, 300], [300, 400], tmp_path)
    images = np.load(raw_folder / "images.npy", mmap_mode="r")
    mean, std = statistics(images[:300])
    np.testing.assert_array_equal(prepared.mean, mean)
    np.testing.assert_allclose(prepared.part("val").x[5], (images[305] / 255 - mean) / std, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(prepared.part("test").x[7], (images[50007] / 255 - mean) / std, rtol=1e-4, atol=1e-5)


def test_a_split_is_memory_mapped_and_has_its_own_labels(raw_folder, tmp_path):
    prepared = prepare(raw_folder, [100, 200], [0, 50], tmp_path)
    labels = np.load(raw_folder / "labels.npy")
    train = prepared.part("train")
    assert isinstance(train.x, np.memmap)
    assert train.x.shape == (100, 3072)
    np.testing.assert_array_equal(train.labels, labels[100:200])
    np.testing.assert_array_equal(prepared.part("test").labels, labels[50000:])


def test_a_pixel_that_never_changes_becomes_zero(constant_pixel_folder, tmp_path):
    prepared = prepare(constant_pixel_folder, [0, 60], [60, 90], tmp_path)
    assert prepared.std[11] == 1
    assert not prepared.part("train").x[:, 11].any()
    assert np.isfinite(prepared.part("val").x).all()


def test_a_second_call_makes_nothing_again(raw_folder, tmp_path):
    folder = prepare(raw_folder, [0, 60], [60, 90], tmp_path).folder
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    prepare(raw_folder, [0, 60], [60, 90], tmp_path)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_another_split_gets_a_folder_of_its_own(raw_folder, tmp_path):
    assert prepare(raw_folder, [0, 60], [60, 90], tmp_path).folder != prepare(raw_folder, [0, 61], [61, 90], tmp_path).folder


def test_processes_that_start_together_make_the_arrays_once(raw_folder, tmp_path):
    with ProcessPoolExecutor(4) as pool:
        jobs = [pool.submit(prepare, raw_folder, [0, 60], [60, 90], tmp_path) for _ in range(4)]
        folders = {job.result().folder for job in jobs}
    assert len(folders) == 1
    assert open_prepared(folders.pop()).part("train").x.shape == (60, 3072)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_failure_leaves_no_folder(raw_folder, tmp_path):
    with pytest.raises(UserError, match=r"split\.val: expected .* <= 50000"):
        prepare(raw_folder, [0, 60], [60, 70000], tmp_path)
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]
