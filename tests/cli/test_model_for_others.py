"""`numlp predict`, `export` and `register` as a user calls them, after a training."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from numlp.cli.export import predict_by_onnx, predict_by_pyfunc
from numlp.data.image_file import read_image
from numlp.inference import standalone
from numlp.inference.model_file import save_model
from numlp.inference.onnx_export import save_onnx
from numlp.nn.activations import Gelu
from projects import FEW
from trained import random_model

MODEL = ["--model", "outputs/a/model.npz"]
SAVED = ["--model", "model.npz"]


def test_trained_network_is_used_exported_and_registered(ready, numlp, monkeypatch):
    code, _, err = numlp("train", *FEW, "train.epochs=0.09", "then=[evaluate]", "hydra.run.dir=outputs/a")  # 9 updates
    assert code == 0, err
    Image.new("RGB", (60, 40), "red").save("red.jpg")
    code, out, err = numlp("predict", *MODEL, "red.jpg")
    assert (code, err) == (0, "")
    title, *rows = out.splitlines()
    shares = [float(row.split()[-2]) for row in rows]
    assert (title, len(shares), shares) == ("red.jpg", 3, sorted(shares, reverse=True))
    directories_and_bad_files(ready, numlp)

    code, out, err = numlp("export", *MODEL, "--output", "other/m.onnx", "--check")
    assert (code, err) == (0, "")
    assert (ready / "other" / "m.onnx").exists()
    for wrong in (0.1, np.nan):
        monkeypatch.setattr("numlp.cli.export.predict_by_pyfunc", lambda *_, wrong=wrong: np.full((10_000, 10), wrong, np.float32))
        assert numlp("export", *MODEL, "--check")[0] == 1, "a difference must fail"

    accuracy = json.loads((ready / "outputs/a/metrics.json").read_text())["test_accuracy"]
    code, out, err = numlp("register", *MODEL, "--name", "mine")
    assert (code, err) == (0, "")
    assert f"models:/mine/1: test_accuracy {accuracy:.4g}" in out
    assert "models:/mine/1 " in numlp("register", *MODEL, "--name", "mine")[1]


def directories_and_bad_files(ready, numlp):
    """Good images are predicted, each bad one is a line, and the exit code tells."""
    (ready / "album/more").mkdir(parents=True)
    for name in ("b.JPG", "a.png", "more/c.jpeg"):
        Image.new("RGB", (40, 40), "green").save(ready / "album" / name, format="PNG")
    (ready / "album/notes.md").write_text("no image")
    code, out, err = numlp("predict", *MODEL, "album", "album/notes.md", "red.jpg", "gone.png", "red.jpg", "--format", "json")
    assert (code, err.count("\n")) == (1, 2)
    objects = json.loads(out)
    assert [row["file"] for row in objects] == ["album/a.png", "album/b.JPG", "album/more/c.jpeg", "red.jpg"]
    for row in objects:
        assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert row["probabilities"][row["class"]] == row["probability"] == max(row["probabilities"].values())

    code, out, err = numlp("predict", *MODEL, "album", "--format", "csv")
    assert (code, err) == (0, "")
    lines = list(csv.DictReader(out.splitlines()))
    expected = [(row["file"], row["class"], pytest.approx(row["probability"])) for row in objects[:3]]
    assert [(line["file"], line["class"], float(line["probability"])) for line in lines] == expected
    assert list(lines[0])[3:] == list(objects[0]["probabilities"])

    (ready / "empty").mkdir()
    assert numlp("predict", *MODEL, "empty")[0] == 1


@pytest.fixture
def saved(project, rng):
    """Save a model with these options, and a photo."""
    Image.fromarray(rng.integers(0, 256, (50, 70, 3), dtype=np.uint8)).save("photo.png")

    def save(sizes=(3072, 8, 10), **options):
        model = random_model(rng, sizes, **options)
        save_model(project / "model.npz", model)
        return model

    return save


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (["predict", "photo.png"], "build/train/model.npz"),
        (["predict", "--model", "photo.png", "photo.png"], "photo.png"),
        (["export"], "build/train/model.npz"),
        (["register"], "build/train/model.npz"),
        (["register", "--name", "a'b"], "--name"),
        (["predict", *SAVED, "photo.png"], "784"),
        (["export", *SAVED], "784"),
        (["register", *SAVED], "784"),
    ],
)
def test_missing_or_unusable_model_is_refused_in_a_line(command, word, saved, numlp):
    saved((784, 8, 10))  # of images of 3,072 values
    code, out, err = numlp(*command)
    assert (code, out, word in err, err.count("\n")) == (1, "", True, 1)


def test_activation_without_standalone_form_is_predicted_but_not_given_to_others(saved, numlp, monkeypatch):
    saved(activation=Gelu)
    monkeypatch.delitem(standalone.ACTIVATIONS, "Gelu")
    assert numlp("predict", *SAVED, "photo.png")[0] == 0
    for command in ("export", "register"):
        code, out, err = numlp(command, *SAVED)
        assert (code, out, "Gelu" in err) == (1, "", True)


def test_model_of_fewer_inputs_predicts_and_model_of_rows_or_five_channels_does_not(saved, numlp):
    model = saved((100, 8, 10))
    model.choices["model"] = {"inputs": 100}
    save_model(Path("model.npz"), model)
    assert numlp("predict", *SAVED, "photo.png")[0] == 0
    for shape in ((20,), (2, 2, 5)):
        saved((20, 8, 10), shape=shape)
        code, _, err = numlp("predict", *SAVED, "photo.png")
        assert (code, err.count("\n"), "probabilities" in err) == (1, 1, True)
        assert numlp("export", *SAVED)[0] == 0


@pytest.mark.parametrize(("shape", "classes"), [((8, 8), 10), ((24, 40, 3), 100), ((64, 64, 1), 2), ((13,), 3)])
def test_network_of_any_data_set_is_drawn_predicts_and_is_given_to_others(shape, classes, ready, numlp, rng):
    labels = rng.integers(0, classes, 6 * classes + 240)
    images = rng.integers(0, 256, (len(labels), *shape), dtype=np.uint8)
    images[..., 0] = labels.reshape(-1, *[1] * (len(shape) - 1))
    np.savez("my.npz", images=images, labels=labels, class_names=[f"class {i}" for i in range(classes)])
    own = ["data=npz", "data.path=my.npz", "train.epochs=0.5", "train.batch_size=20", "hydra.run.dir=outputs/a"]
    code, _, err = numlp("train", *own)
    assert (code, err) == (0, "")
    assert {path.name for path in Path("outputs/a/plots").iterdir()} == {"curves.png", "confusion.png", "first_layer.png", "mistakes.png"}
    code, out, _ = numlp("export", *MODEL, "--output", "m.onnx", "--check")
    assert (code, "pyfunc" in out) == (0, True)
    assert numlp("register", *MODEL)[0] == 0
    Image.fromarray(images[-1].squeeze() if len(shape) > 1 else np.zeros((9, 9), np.uint8)).save("last.png")
    code, out, err = numlp("predict", *MODEL, "last.png", "--format", "json")
    if len(shape) == 1:
        assert (code, err.count("\n")) == (1, 1)
    else:
        (row,), last = json.loads(out), images[-1:].reshape(1, *shape[:2], -1)
        np.testing.assert_allclose(predict_by_onnx(Path("m.onnx"), last)[0], list(row["probabilities"].values()), rtol=0, atol=1e-5)


@pytest.mark.parametrize("shape", [(32, 32, 3), (14, 10, 1)])
def test_predict_served_models_and_onnx_get_the_image_that_read_image_gives(shape, saved, numlp):
    saved((int(np.prod(shape)), 8, 10), shape=shape)
    images = np.stack([read_image(Path("photo.png"), shape)])
    assert (images.dtype, images.shape) == (np.uint8, (1, *shape))
    (row,) = json.loads(numlp("predict", *SAVED, "photo.png", "--format", "json")[1])
    save_onnx(Path("model.onnx"), standalone.read(Path("model.npz")), {})
    for probabilities in (predict_by_onnx(Path("model.onnx"), images), predict_by_pyfunc(Path("model.npz"), images)):
        np.testing.assert_allclose(probabilities[0], list(row["probabilities"].values()), rtol=0, atol=1e-5)
