"""`numlp export`: a trained network as ONNX; with --check, how far its probabilities are from ours on the test images."""

import argparse
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from numlp import folded
from numlp.arrays import Array
from numlp.data.preprocess import normalise
from numlp.data.raw import TRAIN_IMAGES, load_raw, read_about
from numlp.errors import UserError, require
from numlp.evaluate import Evaluator
from numlp.model_file import Model, load_model
from numlp.onnx_file import OUTPUT, save_onnx
from numlp.stages import paths
from numlp.tracking import predictor, write_pyfunc

ONNX = paths.BUILD / "export" / "model.onnx"
BOUND = 1e-5  # of a difference between two probabilities


def main(argv: Sequence[str]) -> int:
    """Write the file; the exit code is 1 if --check finds a difference of more than 1e-5, else 0."""
    parser = argparse.ArgumentParser("numlp export", description="write a trained network as ONNX: uint8 images to probabilities")
    parser.add_argument("--model", type=Path, default=paths.TRAIN / paths.MODEL, help="a model.npz (default: %(default)s, the pipeline's)")
    parser.add_argument("--output", type=Path, default=ONNX, help="the file to write (default: %(default)s)")
    parser.add_argument("--check", action="store_true", help="compare ONNX and MLflow's pyfunc with numlp on the pipeline's test images")
    asked = parser.parse_args(argv)
    model = load_model(asked.model)
    data = model.choices["dataset"]
    count = len(data["class_names"])
    save_onnx(asked.output, folded.read(asked.model), {"dataset": data["name"], "numlp": version("numlp")})
    print(f"export: {asked.output}, {asked.output.stat().st_size:,} bytes, ONNX; images (N, 32, 32, 3) uint8 -> {OUTPUT} (N, {count})")
    return int(asked.check and not check(model, asked.model, asked.output))


def check(model: Model, model_file: Path, onnx_file: Path) -> bool:
    """Print the largest differences from our probabilities; return whether all are within the bound."""
    raw = raw_test_images(model)
    images = raw.reshape(-1, 3, folded.SIDE, folded.SIDE).transpose(0, 2, 3, 1)
    ours = probabilities(model, raw)
    print(f"check: {len(raw):,} test images of {model.choices['dataset']['name']}")
    found = {"ONNX": by_onnx(onnx_file, images), "pyfunc": by_pyfunc(model_file, images)}
    for name, theirs in found.items():
        same = np.count_nonzero(theirs.argmax(axis=1) == ours.argmax(axis=1))
        print(f"check: {name}: probabilities differ by at most {difference(ours, theirs):.1e}, {same:,} classes are the same")
    return all(difference(ours, theirs) <= BOUND for theirs in found.values())


def difference(ours: Array, theirs: Array) -> float:
    """The largest absolute difference; not a number when one of the values is none."""
    return float(np.abs(ours.astype(np.float64) - theirs).max())


def raw_test_images(model: Model) -> NDArray[np.uint8]:
    """(10000, 3072) raw test images of the data set that the model was trained on."""
    data = model.choices["dataset"]
    abouts = (paths.DOWNLOAD / paths.ABOUT, *sorted((paths.DATA / "raw").glob(f"*/{paths.ABOUT}")))
    found = [about.parent for about in abouts if about.exists() and read_about(about.parent)["digest"] == data["digest"]]
    require(len(found) > 0, "numlp export --check", "the images that the model was trained with (dvc repro download)", dataset=data["name"])
    return np.asarray(load_raw(found[0]).images[TRAIN_IMAGES:])


def probabilities(model: Model, raw: NDArray[np.uint8]) -> Array:
    """Ours: the network as it was trained and evaluated, its batch norm not folded."""
    x = np.empty((len(raw), model.mean.size), np.float32)
    normalise(raw[:, : model.mean.size], model.mean, model.std, x)
    return Evaluator(model.network).probabilities(x)


def by_onnx(path: Path, images: NDArray[np.uint8]) -> Array:
    """Those of onnxruntime."""
    try:
        import onnxruntime
    except ImportError as error:
        raise UserError('numlp export: need the package onnxruntime; pip install -c constraints.txt -e ".[onnx]"') from error
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (found,) = session.run([OUTPUT], {session.get_inputs()[0].name: images})
    return np.asarray(found)


def by_pyfunc(model_file: Path, images: NDArray[np.uint8]) -> Array:
    """Those of the model that is logged to MLflow, as MLflow loads it."""
    with tempfile.TemporaryDirectory() as folder:
        write_pyfunc(model_file, Path(folder) / "model")
        return predictor(Path(folder) / "model")(images)
