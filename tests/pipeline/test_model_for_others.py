"""`numlp predict`, `export` and `register` as a user calls them, after a training."""

import json

import numpy as np
import pytest
from PIL import Image

from pipeline.conftest import FEW

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

    code, out, err = numlp("export", *MODEL, "--output", "other/m.onnx", "--check")
    assert (code, err) == (0, "")
    assert "10,000 test images of synthetic, seed 0" in out
    assert out.count("probabilities differ by at most") == 2
    assert (ready / "other" / "m.onnx").exists()

    for wrong in (0.1, np.nan):
        monkeypatch.setattr("numlp.stages.export.by_pyfunc", lambda _, images, wrong=wrong: np.full((len(images), 10), wrong, np.float32))
        assert numlp("export", *MODEL, "--check")[0] == 1, "a difference must fail"

    accuracy = json.loads((ready / "outputs/a/metrics.json").read_text())["test_accuracy"]
    code, out, err = numlp("register", *MODEL, "--name", "mine")
    assert (code, err) == (0, "")
    assert f"models:/mine/1: test_accuracy {accuracy:.4g}" in out
    assert "models:/mine/1 (registered before)" in numlp("register", *MODEL, "--name", "mine")[1]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["predict", "a.png"], "build/train/model.npz: need a model; train one first"),
        (["predict", "--model", "a.png", "a.png"], "a.png: need a whole model file"),
        (["export"], "need a model; train one first"),
        (["register"], "need a model; train one first"),
        (["register", "--name", "a'b"], "need a name of letters, digits"),
    ],
)
def test_what_is_missing_is_said_in_a_line(command, said, project, numlp):
    Image.new("RGB", (9, 9)).save("a.png")
    code, out, err = numlp(*command)
    assert (code, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1
