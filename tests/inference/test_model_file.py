import numpy as np
import pytest

from numlp.errors import UserError
from numlp.inference.model_file import Model, load_model, save_model
from numlp.nn.initializers import he, initialize
from numlp.nn.network import Network
from trained import DATASET, random_model


@pytest.fixture
def model(rng):
    network = Network((12, 5, 4, 3), "before", eps=1e-7)
    initialize(network, he, rng)
    network.moments.vector[:] = rng.random(network.moments.vector.size)
    return Model(network, rng.random(12), rng.random(12), {"norm": {"placement": "before", "eps": 1e-7}, "lam": 0.1}, DATASET)


def test_a_model_reads_back_as_it_was(model, tmp_path):
    save_model(tmp_path / "model.npz", model)
    read = load_model(tmp_path / "model.npz")
    assert read.network.params.vector.tobytes() == model.network.params.vector.tobytes()
    assert read.network.moments.vector.tobytes() == model.network.moments.vector.tobytes()
    assert (read.network.sizes, read.network.norm, read.network.eps) == ((12, 5, 4, 3), "before", 1e-7)
    np.testing.assert_array_equal(read.mean, model.mean)
    assert read.choices == model.choices


def test_the_activation_is_read_back(rng, tmp_path):
    save_model(tmp_path / "model.npz", random_model(rng, activation="gelu"))
    assert "gelu1" in load_model(tmp_path / "model.npz").network.layers


def test_the_same_model_gives_the_same_bytes(model, tmp_path):
    save_model(tmp_path / "a.npz", model)
    save_model(tmp_path / "b.npz", model)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_the_file_is_plain_arrays_under_the_documented_names(model, tmp_path):
    save_model(tmp_path / "model.npz", model)
    with np.load(tmp_path / "model.npz", allow_pickle=False) as file:
        linear = {f"linear{i}.{p}" for i in (1, 2, 3) for p in "Wb"}
        norm = {f"bn{i}.{p}" for i in (1, 2) for p in ("gamma", "beta", "mean", "var")}
        assert set(file.files) == linear | norm | {"input.mean", "input.std", "choices"}
        assert file["linear1.W"].shape == (12, 5)


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text"])
def test_a_damaged_file_is_refused_in_one_line(model, tmp_path, damage):
    path = tmp_path / "model.npz"
    save_model(path, model)
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[content.index(model.network.params["linear1.W"].tobytes()) + 3] ^= 64
    path.write_bytes({"cut": content[:-200], "flipped": content, "empty": b"", "text": b"not a model"}[damage])
    with pytest.raises(UserError, match=r"model\.npz: no complete model file") as caught:
        load_model(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match=r"model not found: .*; train one with numlp run or numlp train"):
        load_model(tmp_path / "model.npz")
