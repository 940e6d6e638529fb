"""`numlp predict`: what a trained network sees in pictures."""

import argparse
from collections.abc import Sequence

import numpy as np

from numlp import folded
from numlp.data.pictures import read_picture
from numlp.model_file import load_model
from numlp.project import given
from numlp.report.predictions import top_classes
from numlp.stages import paths

ABOUT = (
    "Name what a trained network sees in pictures: the three likeliest classes. Of each picture the largest square in the middle "
    "is taken, and shrunk to the 32 x 32 pixels that the network was trained on."
)


def main(argv: Sequence[str]) -> int:
    """Print the three likeliest classes of each picture.

    Raises:
        UserError: There is no model, or one of the files is no picture; nothing is printed then.
    """
    parser = argparse.ArgumentParser("numlp predict", description=ABOUT)
    parser.add_argument("images", nargs="+", type=given, metavar="IMAGE", help="a PNG or JPEG file of any size")
    parser.add_argument("--model", type=given, default=paths.TRAIN / paths.MODEL, help="a model.npz (default: %(default)s, the pipeline's)")
    asked = parser.parse_args(argv)
    load_model(asked.model)  # says what is wrong with the file
    model = folded.read(asked.model)
    found = model.probabilities(np.stack([read_picture(path) for path in asked.images]))
    from rich.console import Console

    console = Console(highlight=False)
    for path, probabilities in zip(asked.images, found, strict=True):
        console.print(top_classes(str(path), model.names, probabilities))
    return 0
