"""The same probabilities without numlp: the file that goes to MLflow with each model, on NumPy alone, and ONNX."""

import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import onnxruntime
import pytest

from numlp.errors import UserError
from numlp.inference import standalone
from numlp.inference.model_file import save_model
from numlp.inference.onnx_export import save_onnx
from numlp.nn.activations import Gelu, LeakyRelu, Silu
from trained import NAMES, random_images, random_model, rows

BOUND = 1e-5
ALONE = """
import importlib.util, sys
sys.modules["numlp"] = None  # to import it is an error
import numpy as np
spec = importlib.util.spec_from_file_location("copy", sys.argv[1])
copy = importlib.util.module_from_spec(spec)
sys.modules["copy"] = copy
spec.loader.exec_module(copy)
np.save(sys.argv[3], copy._load_pyfunc(sys.argv[2]).probabilities(np.load(sys.argv[4])))
"""


@pytest.fixture
def exported(tmp_path):
    """Save a model; read it as others do."""

    def export(model, about=None):
        save_model(tmp_path / "model.npz", model)
        folded = standalone.read(tmp_path / "model.npz")
        save_onnx(tmp_path / "model.onnx", folded, about or {})
        return folded, onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])

    return export


@pytest.mark.parametrize("norm", ["none", "before", "after"])
@pytest.mark.parametrize(
    ("sizes", "shape"),
    [
        ((3072, 10), (32, 32, 3)),
        ((3072, 12, 11, 10), (32, 32, 3)),
        ((50, 8, 7, 6, 10), (32, 32, 3)),
        ((42, 8, 10), (7, 6, 1)),
        ((9, 8, 10), (9,)),
    ],
    ids=["one layer", "images", "some of their values", "gray", "rows"],
)
def test_probabilities_are_the_networks(norm, sizes, shape, rng, exported):
    model = random_model(rng, sizes, norm, shape=shape)
    images = rng.integers(0, 256, (1_003, *shape), dtype=np.uint8)
    folded, session = exported(model)
    expected = model.probabilities(rows(images))
    for probabilities in (folded.probabilities(images), *session.run(["probabilities"], {"images": images})):
        assert probabilities.dtype == np.float32
        np.testing.assert_allclose(probabilities, expected, rtol=0, atol=BOUND)
    assert np.ptp(expected) > 0.2  # so that the bound says something
    assert [W.shape for W, _ in folded.layers] == list(pairwise(sizes))
    assert session.get_inputs()[0].shape == ["N", *shape]


@pytest.mark.parametrize("activation", [LeakyRelu, Gelu, Silu])
def test_other_activations_are_computed(activation, rng, exported):
    model, images = random_model(rng, (3072, 12, 11, 10), activation=activation), random_images(rng, 200)
    folded, session = exported(model)
    for probabilities in (folded.probabilities(images), *session.run(["probabilities"], {"images": images})):
        np.testing.assert_allclose(probabilities, model.probabilities(rows(images)), rtol=0, atol=BOUND)
    relu = random_model(np.random.default_rng(20), (3072, 12, 11, 10)).probabilities(rows(images))
    assert np.abs(probabilities - relu).max() > 0.01


def test_onnx_file_has_no_batch_norm_and_says_what_it_is(rng, exported, tmp_path):
    model = random_model(rng)
    _, session = exported(model, {"dataset": "random"})
    assert (session.get_inputs()[0].type, session.get_outputs()[0].shape) == ("tensor(uint8)", ["N", 10])
    props = session.get_modelmeta().custom_metadata_map
    assert (props["class_names"].split("\n"), props["dataset"]) == (NAMES, "random")
    content = (tmp_path / "model.onnx").read_bytes()
    assert b"BatchNormalization" not in content
    exported(model, {"dataset": "random"})
    assert (tmp_path / "model.onnx").read_bytes() == content


def test_activation_without_operators_and_missing_package_are_refused(rng, exported, tmp_path, monkeypatch):
    folded, _ = exported(random_model(rng))
    with pytest.raises(UserError, match="softplus"):
        save_onnx(tmp_path / "other.onnx", replace(folded, activation="softplus"), {})
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(UserError, match=r"\[onnx\]"):
        save_onnx(tmp_path / "other.onnx", folded, {})
    assert not (tmp_path / "other.onnx").exists()


def test_copy_of_the_file_needs_no_numlp(rng, tmp_path):
    model, images = random_model(rng), random_images(rng, 3)
    save_model(tmp_path / "model.npz", model)
    np.save(tmp_path / "images.npy", images)
    copy = shutil.copy(standalone.__file__, tmp_path / "copy.py")
    files = [tmp_path / name for name in ("model.npz", "probabilities.npy", "images.npy")]
    subprocess.run([sys.executable, "-c", ALONE, copy, *files], check=True)
    np.testing.assert_allclose(np.load(tmp_path / "probabilities.npy"), model.probabilities(rows(images)), rtol=0, atol=BOUND)


@pytest.mark.parametrize(
    "images",
    [np.zeros((2, 3072), np.uint8), np.zeros((32, 32, 3), np.uint8), np.zeros((1, 3, 32, 32), np.uint8), np.zeros((1, 32, 32, 3))],
    ids=["rows", "one image", "channels first", "float64"],
)
def test_images_of_another_layout_are_refused(images, rng, exported):
    with pytest.raises(ValueError, match=r"\(N, 32, 32, 3\)"):
        exported(random_model(rng))[0].probabilities(images)
