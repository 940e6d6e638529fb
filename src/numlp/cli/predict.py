"""`numlp predict`: classify images with a trained network."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console, Group
from rich.progress_bar import ProgressBar
from rich.text import Text

from numlp.arrays import Array
from numlp.cli.commands import add_model
from numlp.data.image_file import SUFFIXES, read_image
from numlp.display.text import plain_table
from numlp.errors import UserError, require
from numlp.files import csv_text
from numlp.inference.model_file import load_model
from numlp.paths import from_user

TABLE, FORMATS = "table", ("csv", "json")
CLASSES, BAR = 3, 30  # classes of an image in the table, and characters of a bar
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
    parser.add_argument("--format", choices=(TABLE, *FORMATS), default=TABLE, help="output format (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Print the classes of each image; report an image that cannot be read in one line.

    Returns:
        0; 1 where an image could not be read.

    Raises:
        UserError: There is no model, or a directory has no image.
    """
    model = load_model(arguments.model)
    model.require_images("numlp predict")
    require(model.dataset.is_image, "numlp predict", "a model of images", shape=list(model.dataset.shape))
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
    if layout == TABLE:
        console = Console(highlight=False)
        for title, row in zip(titles, probabilities, strict=True):
            console.print(tabulate_top_classes(title, names, row))
        return
    likeliest = [(title, names[row.argmax()], float(row.max())) for title, row in zip(titles, probabilities, strict=True)]
    rows = probabilities.tolist()
    if layout == "csv":
        text = csv_text(["file", "class", "probability", *names], [[*best, *row] for best, row in zip(likeliest, rows, strict=True)])
    else:
        objects = [
            {"file": title, "class": name, "probability": highest, "probabilities": dict(zip(names, row, strict=True))}
            for (title, name, highest), row in zip(likeliest, rows, strict=True)
        ]
        text = json.dumps(objects, indent=2) + "\n"
    sys.stdout.write(text)


def tabulate_top_classes(title: str, names: Sequence[str], probabilities: Array) -> Group:
    """Lay out the likeliest classes of an image, (K,) probabilities, with bars."""
    table = plain_table()
    table.show_header = False
    table.add_column(min_width=max(map(len, names)))
    for i in (-probabilities).argsort(kind="stable")[:CLASSES]:
        share = float(probabilities[i])
        bar = ProgressBar(total=1, completed=share, width=BAR, finished_style="bar.complete")
        table.add_row(Text(names[i]), Text(f"{100 * share:5.1f} %"), bar)
    return Group(Text(title, style="bold"), table)  # Texts: brackets in a name are no markup


def _files(path: Path) -> list[Path]:
    """The image itself, or those of a directory, in the order of their names."""
    if not path.is_dir():
        return [path]
    images = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    if not images:
        raise UserError(f"no images in {path}: no file name ends in {', '.join(SUFFIXES)}")
    return images
