"""`numlp normalise`: the mean and standard deviation of each pixel of the training split, and what they were computed from."""

from pathlib import Path

import numpy as np

from numlp import paths
from numlp.config import Config
from numlp.data.normalise import SPLITS, Name, Part, describe, prepare, prepare_data
from numlp.errors import UserError, require
from numlp.files import read_json, replacing, write_json


def run(config: Config, out: Path) -> None:
    """Write statistics.npz and split.json."""
    data = prepare_data(config)
    with replacing(out / paths.STATISTICS) as file:
        np.savez(file, allow_pickle=False, mean=data.mean, std=data.std)
    write_json(out / paths.SPLIT, describe(data), indent=2)
    sizes = {name: stop - start for name, (start, stop) in data.split.items()}
    print(f"normalise: {data.dataset.name}: {sizes['train']:,} training and {sizes['val']:,} validation images")


def load_split(name: Name = "train") -> Part:
    """A split of the project around the current directory, as its pipeline has it: `x` (N, d) float32 normalized, `labels` (N,).

    Raises:
        UserError: There is no split of this name, or the pipeline has no images or statistics yet.
    """
    require(name in SPLITS, "load_split", f"one of {', '.join(SPLITS)}", name=name)
    with paths.enter_project():
        recorded = read_json(paths.NORMALISE / paths.SPLIT)
        if recorded is None:
            raise UserError(f"file not found: {paths.NORMALISE / paths.SPLIT}; run numlp download, and then numlp normalise")
        part = prepare(paths.DOWNLOAD, recorded["split"]["train"], recorded["split"]["val"], paths.NORMALISE).part(name)
        return Part(part.x[:], part.labels)
