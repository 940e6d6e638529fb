"""Data sets of one's own, from the raw file to a prediction and an ONNX model, and files that are none."""

import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_breast_cancer, load_digits, load_sample_images
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from numlp.cli.export import predict_by_onnx
from numlp.data.folder import load_folder
from numlp.data.image_file import read_image
from numlp.data.npz import load_npz
from numlp.data.sources import make_raw, provide_raw, settings_of
from numlp.errors import UserError
from numlp.inference.model_file import load_model

N = 60


class Mark:
    """An object whose pickle writes a file when it is loaded."""

    def __reduce__(self):
        return open, ("called", "w")


def arrays(**changed):
    rng = np.random.default_rng(1)
    full = {"images": rng.integers(0, 256, (N, 8, 6, 3), np.uint8), "labels": np.arange(N) % 3, **changed}
    return {key: array for key, array in full.items() if array is not None}


def npz(**changed):
    return lambda: np.savez("my", **arrays(**changed))


def npz_bytes(content):
    return lambda: Path("my.npz").write_bytes(content)


def npz_of_text():
    with zipfile.ZipFile("my.npz", "w") as archive:
        archive.writestr("images", "text")
        archive.writestr("labels", "text")


def photos(classes=("cat", "dog"), each=4, size=(9, 7), mode="RGB", root="my"):
    for shade, name in enumerate(classes):
        (Path(root) / name).mkdir(parents=True)
        for i in range(each):
            Image.new(mode, size, 99 * shade + i if mode == "L" else (99 * shade, i, 9)).save(Path(root) / name / f"{i}.png")


def folder(change=lambda: None, **options):
    def make():
        photos(**options)
        change()

    return make


def put(path, content=b"text"):
    return folder(lambda: Path(path).write_bytes(content))


def at(array, index, value):
    copy = array.copy()
    copy[index] = value
    return copy


IMAGES, LABELS, FLOATS = np.zeros((N, 4), np.uint8), np.arange(N) % 3, np.zeros((N, 4))
WRONG = {
    "no file": (lambda: None, "npz", "data.path"),
    "no zip": (npz_bytes(b"no zip"), "npz", "the file"),
    "empty file": (npz_bytes(b""), "npz", "the file"),
    "pickle": (npz_bytes(pickle.dumps(Mark())), "npz", "the file"),
    "members of text": (npz_of_text, "npz", "images"),
    "objects": (npz(labels=np.array([Mark()] * N)), "npz", "labels: "),
    "no labels": (npz(labels=None), "npz", "labels, .*got .'images'"),
    "no images": (npz(images=IMAGES[:0], labels=LABELS[:0]), "npz", "images: "),
    "text as images": (npz(images=np.full((N, 4), "a")), "npz", "images: .*got '<U1'"),
    "integers beyond 255": (npz(images=at(IMAGES.astype(int), (2, 1), 256)), "npz", r"images: .*got 256 at index \(2, 1\)"),
    "floats beyond 1": (npz(images=at(FLOATS, (3, 0), 1.5)), "npz", r"images: .*got 1.5 at index \(3, 0\)"),
    "NaN": (npz(images=at(FLOATS, (4, 2), np.nan)), "npz", r"images: .*got nan at index \(4, 2\)"),
    "four channels": (npz(images=np.zeros((N, 4, 4, 4), np.uint8)), "npz", r"images: .*got \(60, 4, 4, 4\)"),
    "channels first": (npz(images=np.zeros((N, 3, 8, 6), np.uint8)), "npz", r"transpose\(0, 2, 3, 1\)"),
    "fewer labels": (npz(labels=LABELS[1:]), "npz", r"labels: .*shape=\(59,\)"),
    "labels of floats": (npz(labels=LABELS / 1), "npz", r"labels: .*float64.*astype\(int\)"),
    "negative label": (npz(labels=at(LABELS, 17, -1)), "npz", "labels: .*60 whole numbers .*got -1 at index 17"),
    "huge label": (npz(labels=at(LABELS, 5, 400_000_000)), "npz", "labels: .*at index 5"),
    "a class without images": (npz(labels=LABELS * 2), "npz", "labels: .*no image of class 1, class 3; .*from 0"),
    "one class": (npz(labels=LABELS * 0), "npz", "labels: .*two or more classes, got 'class 0'"),
    "fewer names": (npz(class_names=np.array(["a", "b"])), "npz", "labels: .*from 0 to 1, got 2 at index 2"),
    "names as one text": (npz(class_names=np.array("abc")), "npz", "class_names: "),
    "the same name twice": (npz(class_names=np.array(["a", "b", "a"])), "npz", "class names"),
    "test images alone": (npz(test_images=IMAGES), "npz", "with test_labels, got .*test_images"),
    "test images of another shape": (npz(test_images=IMAGES, test_labels=LABELS), "npz", "test_images: "),
    "no directory": (lambda: None, "folder", "data.path"),
    "a file": (npz_bytes(b"text"), "folder", "directory"),
    "an empty directory": (folder(classes=()), "folder", "data.path"),
    "directory of one class": (folder(classes=("cat",)), "folder", "two or more .*cat"),
    "an empty class": (folder(lambda: Path("my/bird").mkdir()), "folder", "my/bird: .*got 0"),
    "an image beside the classes": (put("my/0.png"), "folder", "one directory per class.*0.png"),
    "the same image each time": (npz(images=IMAGES), "npz", "images that differ"),
    "a directory to validate": (folder(lambda: photos(root="my/val"), root="my/train"), "folder", "train/ and test/.*'val'.*split.val"),
    "a text named as an image": (put("my/dog/a.png"), "folder", "my/dog/a.png"),
    "an image that is cut short": (put("my/dog/a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "folder", "my/dog/a.png"),
    "a directory in a class": (folder(lambda: Path("my/dog/more").mkdir()), "folder", "my/dog/more"),
    "other classes to test": (folder(lambda: photos(root="my/test"), root="my/train", classes=("cat", "cow")), "folder", "my/test: .*cow"),
    "two channels": (folder(), "folder", "data.shape"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_data_is_one_line_with_the_fact_and_writes_nothing_and_calls_nothing(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    make, name, fact = WRONG[kind]
    make()
    before, path = sorted(tmp_path.rglob("*")), "my.npz" if name == "npz" or kind == "a file" else "my"
    with pytest.raises(UserError, match=fact) as refused:
        provide_raw({"_target_": f"numlp.load_{name}", "path": path, **({"shape": [8, 8, 2]} if kind == "two channels" else {})})
    assert "\n" not in str(refused.value)
    assert sorted(tmp_path.rglob("*")) == before


def test_every_range_of_images_has_its_share_of_each_class_and_each_image_its_label(project):
    labels = np.sort(np.repeat(np.arange(4), (10, 30, 60, 200)))
    images = np.stack([labels, np.arange(300) % 256, np.arange(300) // 256], axis=1).astype(np.uint8)
    np.savez("my", images=images, labels=labels)
    data, again, other = load_npz("my.npz"), load_npz("my.npz"), load_npz("my.npz", seed=1)
    assert np.array_equal(data.images[:, 0], data.labels)
    assert len(np.unique(data.images, axis=0)) == 300
    assert np.array_equal(data.images, again.images)
    assert not np.array_equal(data.images, other.images)
    for start, stop in ((250, 300), (0, 225), (225, 250)):  # test, and training and validation by split=shares
        share = np.bincount(data.labels[start:stop], minlength=4) - np.array([10, 30, 60, 200]) * (stop - start) / 300
        assert np.abs(share).max() < 1


@pytest.mark.parametrize("own", [True, False])
def test_folder_s_images_are_those_that_predict_would_see(tmp_path, monkeypatch, caplog, own):
    monkeypatch.chdir(tmp_path)
    photos(size=(40, 30), root="my/train" if own else "my")
    if own:
        photos(size=(5, 9), root="my/test", each=1)
    folder = tmp_path / "my/train" if own else tmp_path / "my"
    for name in ("my/.DS_Store", folder / "dog/.hidden", folder / "dog/0.txt", folder / "dog/Thumbs.db"):
        Path(name).write_text("no image")
    data = load_folder("my", (6, 8, 1), seed=None)
    np.testing.assert_array_equal(data.images[5].reshape(6, 8, 1), read_image(folder / "dog/1.png", (6, 8, 1)))
    assert (data.info.name, list(data.info.class_names), data.info.train) == ("my", ["cat", "dog"], 8 if own else 7)
    assert (data.labels.tolist(), "skipped 2 files" in caplog.text, "hidden" in caplog.text) == ([0] * 4 + [1] * 4 + [0, 1] * own, 1, 0)


def test_labels_in_order_without_a_seed_are_a_warning(tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    np.savez("my", **arrays(labels=np.sort(LABELS)))
    for seed, warnings in ((0, 0), (None, 1)):
        make_raw({"_target_": "numlp.load_npz", "path": "my.npz", "seed": seed})
        assert caplog.text.count("in order") == warnings


def test_changed_image_in_a_folder_is_another_data_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    photos(root="elsewhere")
    (tmp_path / "my").symlink_to("elsewhere")
    (tmp_path / "elsewhere/cow").symlink_to("dog")
    part = {"_target_": "numlp.load_folder", "path": "my"}
    before = settings_of(part)
    Image.new("RGB", (9, 7), "red").save("elsewhere/dog/3.png")
    assert settings_of(part) != before


def digits():
    """Handwritten digits of 8 x 8 gray pixels, from scikit-learn's wheel."""
    content = load_digits()
    np.savez("my", images=content.images / 16, labels=content.target)
    return "data=npz data.path=my.npz", load_npz("my.npz")


def tiles():
    """Tiles of 20 x 16 color pixels of the two photographs in scikit-learn's wheel: which one is a tile of?"""
    for name, photo in zip(("temple", "flower"), load_sample_images().images, strict=True):
        Path("my", name).mkdir(parents=True)
        for y, x in np.ndindex(photo.shape[0] // 16, photo.shape[1] // 20):
            Image.fromarray(photo[16 * y : 16 * y + 16, 20 * x : 20 * x + 20]).save(f"my/{name}/{y}-{x}.png")
    return "data=folder data.path=my data.shape=[16,20,3]", load_folder("my", (16, 20, 3))


def rows():
    """Thirty measurements each of tumors of two kinds, from scikit-learn's wheel."""
    content = load_breast_cancer()
    low, high = content.data.min(axis=0), content.data.max(axis=0)
    np.savez("my", images=(content.data - low) / (high - low), labels=content.target, class_names=content.target_names)
    return "data=npz data.path=my.npz", load_npz("my.npz")


OWN = """
import numpy as np

def load(classes: int = 9):
    rng = np.random.default_rng(0)
    prototypes, labels = rng.integers(0, 200, (classes, 35)), rng.permutation(np.arange(30 * classes) % classes)
    images = (prototypes[labels] + rng.integers(0, 56, (30 * classes, 35))).astype(np.uint8)
    return {"images": images.reshape(-1, 7, 5), "labels": labels, "class_names": [f"kind {k}" for k in range(classes)]}
"""


def hundred():
    """Images of 7 x 5 gray pixels and a hundred classes, by a function of the user's own."""
    Path("my_data.py").write_text(OWN)
    Path("conf/data/mine.yaml").write_text("_target_: my_data.load\nclasses: 9\n")
    return "data=mine data.classes=100", make_raw({"_target_": "my_data.load", "classes": 100})


@pytest.mark.slow
@pytest.mark.parametrize("make", [digits, tiles, rows, hundred])
def test_own_data_goes_from_the_raw_file_to_a_prediction_and_an_onnx_model_that_agrees(ready, numlp, monkeypatch, make):
    monkeypatch.syspath_prepend(ready)
    words, data = make()
    code, _, err = numlp("train", *words.split(), "train.cycles=3", "train.batch_size=20", "lam=0.001", "hydra.run.dir=out")
    assert (code, err) == (0, "")
    code, _, err = numlp("export", "--model", "out/model.npz", "--output", "m.onnx")
    assert (code, err) == (0, "")
    model, test = load_model(ready / "out/model.npz"), data.images[data.info.train :]
    ours, shape = model.probabilities(test), data.info.shape
    images = np.moveaxis(test.reshape(-1, shape[-1], *shape[:-1]), 1, -1)
    np.testing.assert_allclose(predict_by_onnx(ready / "m.onnx", images), ours, atol=1e-5)
    if data.info.is_image:
        Image.fromarray(np.squeeze(images[0])).save("one.png")
        (predicted,) = json.loads(numlp("predict", "--model", "out/model.npz", "one.png", "--format", "json")[1])
        assert predicted["class"] == data.info.class_names[ours[0].argmax()]
    accuracy = json.loads((ready / "out/metrics.json").read_text())["test_accuracy"]
    assert accuracy == np.mean(ours.argmax(axis=1) == data.labels[data.info.train :])
    if make in (digits, tiles):
        peer = make_pipeline(StandardScaler(), MLPClassifier((50, 50), random_state=0, max_iter=200))
        rows = slice(round(0.9 * data.info.train))
        peer.fit(data.images[rows], data.labels[rows])
        assert accuracy > peer.score(test, data.labels[data.info.train :]) - 0.01
    assert accuracy > 0.9
