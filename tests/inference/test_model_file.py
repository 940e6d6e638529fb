"""model.npz, as it is written and read."""

import json

import numpy as np
import pytest

from numlp.errors import UserError
from numlp.inference import standalone
from numlp.inference.model_file import load_model, save_model
from numlp.nn.activations import Gelu
from trained import random_model


@pytest.fixture
def model(rng):
    return random_model(rng, (12, 5, 4, 10), "before", activation=Gelu, shape=(2, 2, 3))


def test_model_reads_back_as_it_was(model, tmp_path):
    for name in ("a.npz", "b.npz"):
        save_model(tmp_path / name, model)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    read = load_model(str(tmp_path / "a.npz"))
    assert read.network.params.vector.tobytes() == model.network.params.vector.tobytes()
    assert read.network.moments.vector.tobytes() == model.network.moments.vector.tobytes()
    assert (read.network.sizes, read.network.norm, read.network.eps) == ((12, 5, 4, 10), "before", 1e-7)
    assert "gelu1" in read.network.layers
    np.testing.assert_array_equal(read.mean, model.mean)
    assert (read.choices, tuple(read.dataset.shape)) == (model.choices, (2, 2, 3))


def test_file_is_plain_arrays_under_the_documented_names(model, tmp_path):
    save_model(tmp_path / "model.npz", model)
    with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
        linear = {f"linear{i}.{p}" for i in (1, 2, 3) for p in "Wb"}
        norm = {f"bn{i}.{p}" for i in (1, 2) for p in ("gamma", "beta", "mean", "var")}
        assert set(file.files) == linear | norm | {"input.mean", "input.std", "choices"}
        assert file["linear1.W"].shape == (12, 5)


@pytest.mark.parametrize(("activation", "layer"), [({}, "relu1"), ({"activation": {"name": "gelu"}}, "gelu1")])
def test_file_from_before_there_were_shapes_and_classes_of_activations_is_read(rng, tmp_path, activation, layer):
    save_model(tmp_path / "model.npz", random_model(rng))
    with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    choices = json.loads(str(arrays.pop("choices")))
    del choices["activation"], choices["dataset"]["shape"], choices["dataset"]["train"]
    np.savez(tmp_path / "model.npz", choices=np.array(json.dumps(choices | activation)), **arrays)
    model = load_model(tmp_path / "model.npz")
    assert layer in model.network.layers
    assert tuple(model.dataset.shape) == standalone.read(tmp_path / "model.npz").shape == (32, 32, 3)


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text", "missing"])
def test_damaged_or_missing_file_is_refused_in_one_line(model, tmp_path, damage):
    path = tmp_path / "model.npz"
    save_model(path, model)
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[content.index(model.network.params["linear1.W"].tobytes()) + 3] ^= 64
    path.write_bytes({"cut": content[:-200], "empty": b"", "text": b"not a model"}.get(damage, content))
    if damage == "missing":
        path.unlink()
    with pytest.raises(UserError, match=r"model\.npz") as caught:
        load_model(path)
    assert "\n" not in str(caught.value)
