"""model.onnx, as another program reads it."""

import sys

import numpy as np
import onnxruntime
import pytest

from numlp.errors import UserError
from numlp.inference import standalone
from numlp.inference.model_file import save_model
from numlp.inference.onnx_export import save_onnx
from trained import NAMES, ours, random_images, random_model, rows


@pytest.fixture
def exported(tmp_path):
    def export(model, about=None):
        save_model(tmp_path / "model.npz", model)
        save_onnx(tmp_path / "model.onnx", standalone.read(tmp_path / "model.npz"), about or {})
        return tmp_path / "model.onnx"

    return export


def session(path):
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("sizes", [(3072, 10), (3072, 12, 11, 10), (50, 8, 10)])
@pytest.mark.parametrize("norm", ["none", "before", "after"])
def test_raw_images_give_the_networks_probabilities(norm, sizes, rng, exported):
    model, images = random_model(rng, sizes, norm), random_images(rng, 200)
    (found,) = session(exported(model)).run(["probabilities"], {"images": images})
    np.testing.assert_allclose(found, ours(model, rows(images)), rtol=0, atol=1e-5)
    assert found.max() - found.min() > 0.2


@pytest.mark.parametrize("activation", ["leaky_relu", "gelu", "silu"])
def test_other_activations_give_the_networks_probabilities(activation, rng, exported):
    model, images = random_model(rng, (3072, 12, 11, 10), activation=activation), random_images(rng, 200)
    path = exported(model)
    (found,) = session(path).run(["probabilities"], {"images": images})
    np.testing.assert_allclose(found, ours(model, rows(images)), rtol=0, atol=1e-5)
    folded = standalone.read(path.with_name("model.npz"))
    np.testing.assert_allclose(folded.probabilities(images), found, rtol=0, atol=1e-5)
    relu = ours(random_model(np.random.default_rng(0), (3072, 12, 11, 10)), rows(images))
    assert np.abs(found - relu).max() > 0.01


def test_it_has_no_batch_norm_and_says_what_it_is(rng, exported):
    path = exported(random_model(rng), {"dataset": "random"})
    read = session(path)
    assert (read.get_inputs()[0].type, read.get_inputs()[0].shape) == ("tensor(uint8)", ["N", 32, 32, 3])
    assert read.get_outputs()[0].shape == ["N", 10]
    props = read.get_modelmeta().custom_metadata_map
    assert props["class_names"].split("\n") == NAMES
    assert props["dataset"] == "random"
    assert b"BatchNormalization" not in path.read_bytes()


def test_the_same_model_gives_the_same_bytes(rng, exported):
    model = random_model(rng)
    assert exported(model).read_bytes() == exported(model).read_bytes()


def test_without_the_extra_it_says_what_to_install(rng, exported, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(UserError, match=r'"\.\[onnx\]"'):
        exported(random_model(rng))
