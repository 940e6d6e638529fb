"""The file that goes with a model to MLflow: the same probabilities as the network's, with NumPy alone."""

import shutil
import subprocess
import sys

import numpy as np
import pytest

from numlp.inference import standalone
from numlp.inference.model_file import save_model
from trained import ours, random_images, random_model, rows

BOUND = 1e-5
ALONE = """
import importlib.util, sys
sys.modules["numlp"] = None  # to import it is an error
import numpy as np
spec = importlib.util.spec_from_file_location("copy", sys.argv[1])
copy = importlib.util.module_from_spec(spec)
sys.modules["copy"] = copy
spec.loader.exec_module(copy)
np.save(sys.argv[3], copy._load_pyfunc(sys.argv[2]).model.probabilities(np.load(sys.argv[4])))
"""


@pytest.mark.parametrize("sizes", [(3072, 10), (3072, 20, 10), (3072, 12, 11, 10), (50, 8, 7, 6, 5, 10)])
@pytest.mark.parametrize("norm", ["none", "before", "after"])
def test_the_probabilities_are_the_networks(norm, sizes, rng, tmp_path):
    model = random_model(rng, sizes, norm)
    save_model(tmp_path / "model.npz", model)
    images = random_images(rng, 1_003)
    found = standalone.read(tmp_path / "model.npz").probabilities(images)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, ours(model, rows(images)), rtol=0, atol=BOUND)
    assert found.max() - found.min() > 0.2  # so that the bound says something


def test_no_batch_norm_is_left_and_no_layer_is_lost(rng, tmp_path):
    save_model(tmp_path / "model.npz", random_model(rng, (3072, 6, 5, 10), "after"))
    assert [W.shape for W, _ in standalone.read(tmp_path / "model.npz").layers] == [(3072, 6), (6, 5), (5, 10)]


def test_a_copy_of_the_file_needs_no_numlp(rng, tmp_path):
    model, images = random_model(rng), random_images(rng, 3)
    save_model(tmp_path / "model.npz", model)
    np.save(tmp_path / "images.npy", images)
    copy = shutil.copy(standalone.__file__, tmp_path / "copy.py")
    files = [tmp_path / name for name in ("model.npz", "found.npy", "images.npy")]
    subprocess.run([sys.executable, "-c", ALONE, copy, *files], check=True)
    np.testing.assert_allclose(np.load(tmp_path / "found.npy"), ours(model, rows(images)), rtol=0, atol=BOUND)


@pytest.mark.parametrize(
    "images",
    [np.zeros((2, 3072), np.uint8), np.zeros((32, 32, 3), np.uint8), np.zeros((1, 3, 32, 32), np.uint8), np.zeros((1, 32, 32, 3))],
    ids=["rows", "one image", "channels first", "float64"],
)
def test_images_of_another_layout_are_refused(images, rng, tmp_path):
    save_model(tmp_path / "model.npz", random_model(rng))
    with pytest.raises(ValueError, match=r"expected uint8 of shape \(N, 32, 32, 3\)"):
        standalone.read(tmp_path / "model.npz").probabilities(images)


def test_a_table_names_the_likeliest_class(rng, tmp_path):
    model, images = random_model(rng), random_images(rng, 5)
    save_model(tmp_path / "model.npz", model)
    read = standalone.read(tmp_path / "model.npz")
    table = standalone.Served(read).predict(images)
    assert list(table.columns) == ["prediction", *read.names]
    best = ours(model, rows(images)).argmax(axis=1)
    assert list(table["prediction"]) == [model.dataset.class_names[i] for i in best]
    assert len(standalone.Served(read).predict(images[:0])) == 0
