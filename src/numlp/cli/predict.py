"""`numlp predict`: classify images with a trained network."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from numlp.arrays import Array
from numlp.cli.commands import add_model
from numlp.data.image_file import SUFFIXES, read_image
from numlp.errors import UserError, require
from numlp.files import csv_text
from numlp.inference.model_file import load_model
from numlp.paths import from_user

CLASSES = 3  # classes per image in the table
ABOUT = (
    "Classify PNG, JPEG or WebP images: print the three most probable classes, or with --format csv or json "
    "the probabilities of all classes. "
    "The command crops each image to the largest centered part with the proportions of the training images, and scales it to their size."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the images, --model and --format."""
    parser.description = ABOUT
    text = "a PNG, JPEG or WebP file of any size, or a directory with such files, searched recursively"
    parser.add_argument("images", nargs="+", type=from_user, metavar="IMAGE", help=text)
    add_model(parser)
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table", help="output format (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Print the classes of each image; report an image that cannot be read in one line.

    Returns:
        0; 1 where an image could not be read.

    Raises:
        UserError: There is no model, or a directory has no image.
    """
    model = load_model(arguments.model)
    model.require_images("numlp predict")
    shape, remedy = list(model.dataset.shape), "in Python numlp.load_model(FILE).probabilities(rows) takes any values"
    fitting = model.dataset.is_image and shape[-1] in (1, 3)
    require(fitting, "numlp predict", "a model of images with one channel or three", remedy, shape=shape)
    files = list(dict.fromkeys(file for path in arguments.images for file in _files(path)))
    images = {}
    for file in files:
        try:
            images[str(file)] = read_image(file, model.dataset.shape)
        except UserError as error:
            print(f"error: {error}", file=sys.stderr)
    if images:
        rows = np.moveaxis(np.stack(list(images.values())), -1, 1).reshape(len(images), -1)  # channel-major
        _show(arguments.format, list(images), model.dataset.class_names, model.probabilities(rows))
    return int(len(images) < len(files))


def _show(layout: str, titles: Sequence[str], names: Sequence[str], probabilities: Array) -> None:
    lines = [[title, names[row.argmax()], float(row.max()), *row.tolist()] for title, row in zip(titles, probabilities, strict=True)]
    if layout == "table":
        text = "".join(list_top_classes(*each, names) for each in zip(titles, probabilities, strict=True))
    elif layout == "csv":
        text = csv_text(["file", "class", "probability", *names], lines)
    else:
        keys = ("file", "class", "probability", "probabilities")
        objects = [dict(zip(keys, [*line[:3], dict(zip(names, line[3:], strict=True))], strict=True)) for line in lines]
        text = json.dumps(objects, indent=2) + "\n"
    sys.stdout.write(text)


def list_top_classes(title: str, probabilities: Array, names: Sequence[str]) -> str:
    """The likeliest classes of an image, (K,) probabilities, a line each below its title."""
    top, width = (-probabilities).argsort(kind="stable")[:CLASSES], max(map(len, names))
    return "".join([f"{title}\n", *(f"{names[i]:{width}}  {100 * probabilities[i]:5.1f} %\n" for i in top)])


def _files(path: Path) -> list[Path]:
    """The image itself, or those of a directory, in the order of their names."""
    if not path.is_dir():
        return [path]
    images = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    if not images:
        raise UserError(f"no images in {path}: no file name ends in {', '.join(SUFFIXES)}")
    return images
