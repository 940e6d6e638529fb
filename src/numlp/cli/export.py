"""`numlp export`: write a network as ONNX; with --check, compare its probabilities with those of numlp on the test images."""

import argparse
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from numlp import paths
from numlp.arrays import Array
from numlp.cli.commands import add_model
from numlp.data.sources import find_raw
from numlp.errors import UserError, require
from numlp.inference import standalone
from numlp.inference.model_file import Model, load_model
from numlp.inference.onnx_export import OUTPUT, save_onnx
from numlp.nn.activations import kind_of
from numlp.paths import from_user
from numlp.tracking.models import load_predictor, write_pyfunc

ONNX = paths.BUILD / "export" / "model.onnx"
BOUND = 1e-5  # of a difference between two probabilities


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare --model, --output and --check."""
    add_model(parser)
    parser.add_argument("--output", type=from_user, default=ONNX, help="the file to write (default: %(default)s)")
    parser.add_argument(
        "--check", action="store_true", help="compare the predictions of ONNX and of MLflow's pyfunc with those of numlp on the test images"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the file; the exit code is 1 if --check finds a difference of more than 1e-5, else 0."""
    model, output = load_model(arguments.model), arguments.output
    model.require_images("numlp export")
    require_standalone(model, "numlp export")
    folded = standalone.read(arguments.model)
    save_onnx(output, folded, {"dataset": model.dataset.name, "numlp": version("numlp")})
    shape = ", ".join(map(str, ("N", *folded.shape)))
    print(f"export: wrote {output} ({output.stat().st_size:,} bytes): images ({shape}) uint8 -> {OUTPUT} (N, {len(folded.names)})")
    return int(arguments.check and not check(model, arguments.model, output))


def require_standalone(model: Model, where: str) -> None:
    """Raise UserError unless a program without numlp can compute the model's activation."""
    remedy = "add it to ACTIVATIONS of src/numlp/inference/standalone.py (docs/howto/layer.md)"
    expected = f"an activation of {', '.join(standalone.ACTIVATIONS)}"
    name = kind_of(model.network.activation).__name__
    require(name in standalone.ACTIVATIONS, where, expected, remedy, activation=name)


def check(model: Model, model_file: Path, onnx_file: Path) -> bool:
    """Print the largest differences from our probabilities; return whether all are within the bound."""
    info = model.dataset
    rows = np.asarray(find_raw(info).images[info.train :])
    images = np.moveaxis(rows.reshape(-1, info.shape[-1], *info.shape[:-1]), 1, -1)
    ours = model.probabilities(rows)
    print(f"check: {len(rows):,} test images of {info.name}")
    agree = True
    for name, theirs in (("ONNX", predict_by_onnx(onnx_file, images)), ("pyfunc", predict_by_pyfunc(model_file, images))):
        same, most = np.count_nonzero(theirs.argmax(axis=1) == ours.argmax(axis=1)), float(np.abs(ours.astype(np.float64) - theirs).max())
        print(f"check: {name}: probabilities differ by at most {most:.1e}; {same:,} of {len(rows):,} predictions agree")
        agree = agree and most <= BOUND  # False for NaN too
    return agree


def predict_by_onnx(path: Path, images: NDArray[np.uint8]) -> Array:
    """The probabilities by onnxruntime."""
    try:
        import onnxruntime
    except ImportError as error:
        raise UserError('numlp export: the package onnxruntime is not installed; pip install -c constraints.txt -e ".[onnx]"') from error
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (probabilities,) = session.run([OUTPUT], {session.get_inputs()[0].name: images})
    return np.asarray(probabilities)


def predict_by_pyfunc(model_file: Path, images: NDArray[np.uint8]) -> Array:
    """The probabilities by the model that is logged to MLflow, as MLflow loads it."""
    with tempfile.TemporaryDirectory() as folder:
        write_pyfunc(model_file, Path(folder) / "model")
        return load_predictor(Path(folder) / "model")(images)
