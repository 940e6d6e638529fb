"""`numlp predict`, `export` and `register` as a user calls them, after a training."""

import csv
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from numlp.cli.export import predict_by_onnx, predict_by_pyfunc
from numlp.data.image_file import read_image
from numlp.errors import UserError
from numlp.inference import standalone
from numlp.inference.model_file import save_model
from numlp.inference.onnx_export import save_onnx
from projects import FEW
from trained import random_model

SHORT = [*FEW, "train.epochs=0.09", "then=[evaluate]", "hydra.run.dir=outputs/a"]  # 9 updates
MODEL = ["--model", "outputs/a/model.npz"]


def test_a_trained_network_names_pictures_is_exported_and_registered(ready, numlp, monkeypatch):
    code, _, err = numlp("train", *SHORT)
    assert code == 0, err
    Image.new("RGB", (60, 40), "red").save("red.jpg")
    Image.new("RGB", (32, 32), "blue").save("blue.png")
    code, out, err = numlp("predict", *MODEL, "red.jpg", "blue.png")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [lines[0], lines[4]] == ["red.jpg", "blue.png"]
    shares = [float(line.split("%")[0].split()[-1]) for line in lines[1:4]]
    assert shares == sorted(shares, reverse=True)
    assert "\x1b" not in out

    folders_and_bad_files(ready, numlp)

    code, out, err = numlp("export", *MODEL, "--output", "other/m.onnx", "--check")
    assert (code, err) == (0, "")
    assert "10,000 test images of synthetic, seed 0" in out
    assert out.count("probabilities differ by at most") == 2
    assert (ready / "other" / "m.onnx").exists()

    for wrong in (0.1, np.nan):
        answer = partial(np.full, (10_000, 10), wrong, np.float32)
        monkeypatch.setattr("numlp.cli.export.predict_by_pyfunc", lambda *_, answer=answer: answer())
        assert numlp("export", *MODEL, "--check")[0] == 1, "a difference must fail"

    accuracy = json.loads((ready / "outputs/a/metrics.json").read_text())["test_accuracy"]
    code, out, err = numlp("register", *MODEL, "--name", "mine")
    assert (code, err) == (0, "")
    assert f"models:/mine/1: test_accuracy {accuracy:.4g}" in out
    assert "models:/mine/1 (already registered)" in numlp("register", *MODEL, "--name", "mine")[1]


def folders_and_bad_files(ready, numlp):
    """Good pictures are predicted, each bad one is a line, and the exit code tells."""
    (ready / "album/more").mkdir(parents=True)
    for name in ("b.JPG", "a.png", "more/c.jpeg"):
        Image.new("RGB", (40, 40), "green").save(ready / "album" / name, format="PNG")
    (ready / "album/notes.md").write_text("no picture")
    code, out, err = numlp("predict", *MODEL, "album", "album/notes.md", "red.jpg", "gone.png", "red.jpg", "--format", "json")
    assert code == 1
    assert err.splitlines() == ["error: not a PNG, JPEG or WebP file: album/notes.md", "error: file not found: gone.png"]
    rows = json.loads(out)
    assert [row["file"] for row in rows] == ["album/a.png", "album/b.JPG", "album/more/c.jpeg", "red.jpg"]
    for row in rows:
        assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert row["probabilities"][row["class"]] == row["probability"] == max(row["probabilities"].values())

    code, out, err = numlp("predict", *MODEL, "album", "--format", "csv", "--output", "out/found.csv")
    assert (code, out, err) == (0, "predict: wrote out/found.csv: 3 images\n", "")
    lines = list(csv.DictReader((ready / "out/found.csv").read_text().splitlines()))
    assert [(line["file"], line["class"], float(line["probability"])) for line in lines] == [
        (row["file"], row["class"], pytest.approx(row["probability"])) for row in rows[:3]
    ]
    assert list(lines[0])[3:] == list(rows[0]["probabilities"])

    (ready / "empty").mkdir()
    assert "no images in empty: no file name ends in .png, .jpg, .jpeg" in numlp("predict", *MODEL, "empty")[2]
    assert "expected --format csv or json" in numlp("predict", *MODEL, "red.jpg", "--output", "x")[2]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["predict", "a.png"], "model not found: build/train/model.npz; train one"),
        (["predict", "--model", "a.png", "a.png"], "a.png: no complete model file"),
        (["export"], "model not found: build/train/model.npz"),
        (["register"], "model not found: build/train/model.npz"),
        (["register", "--name", "a'b"], "expected a --name of letters, digits"),
    ],
)
def test_what_is_missing_is_said_in_a_line(command, said, project, numlp):
    Image.new("RGB", (9, 9)).save("a.png")
    code, out, err = numlp(*command)
    assert (code, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1


@pytest.fixture
def saved(project, rng):
    """Save a model of these sizes and this activation, and a picture."""
    Image.fromarray(rng.integers(0, 256, (50, 70, 3), dtype=np.uint8)).save("photo.png")

    def save(sizes=(3072, 8, 10), activation="relu"):
        model = random_model(rng, sizes, activation=activation)
        save_model(project / "model.npz", model)
        return model

    return save


def test_an_activation_without_standalone_form_is_predicted_but_not_given_to_others(saved, numlp, monkeypatch):
    saved(activation="gelu")
    predict = ("predict", "--model", "model.npz", "photo.png")
    folded = numlp(*predict)
    monkeypatch.delitem(standalone.ACTIVATIONS, "gelu")
    assert numlp(*predict) == folded
    for command in ("export", "register"):
        code, out, err = numlp(command, "--model", "model.npz")
        assert (code, out) == (1, "")
        assert "gelu" in err and "standalone.py" in err and len(err.splitlines()) <= 2


def test_an_activation_without_onnx_operators_is_not_exported_as_another(saved, numlp, monkeypatch):
    saved(activation="gelu")
    monkeypatch.setitem(standalone.ACTIVATIONS, "softplus", standalone.ACTIVATIONS["gelu"])
    folded = replace(standalone.read(Path("model.npz")), activation="softplus")
    with pytest.raises(UserError, match="softplus"):
        save_onnx(Path("model.onnx"), folded, {})
    assert not Path("model.onnx").exists()


@pytest.mark.parametrize("command", ["predict", "export", "register"])
def test_a_model_of_other_images_is_refused(command, saved, numlp):
    saved((784, 8, 10))
    code, out, err = numlp(command, "--model", "model.npz", *(["photo.png"] if command == "predict" else []))
    assert (code, out) == (1, "")
    assert "3072" in err and "784" in err


def test_a_model_that_chose_fewer_inputs_is_used(saved, numlp):
    model = saved((100, 8, 10))
    model.choices["model"] = {"inputs": 100}
    save_model(Path("model.npz"), model)
    assert numlp("predict", "--model", "model.npz", "photo.png")[0] == 0


def test_predict_served_models_and_onnx_get_the_image_that_read_image_gives(saved, numlp):
    saved()
    images = np.stack([read_image(Path("photo.png"))])
    assert images.dtype == np.uint8
    (row,) = json.loads(numlp("predict", "--model", "model.npz", "photo.png", "--format", "json")[1])
    save_onnx(Path("model.onnx"), standalone.read(Path("model.npz")), {})
    for probabilities in (predict_by_onnx(Path("model.onnx"), images), predict_by_pyfunc(Path("model.npz"), images)):
        np.testing.assert_allclose(probabilities[0], list(row["probabilities"].values()), rtol=0, atol=1e-5)
