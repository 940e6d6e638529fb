"""`numlp normalise`: the mean and standard deviation of each pixel of the training split, and what they were computed from."""

from pathlib import Path

import numpy as np

from numlp import paths
from numlp.config import Config
from numlp.data.normalise import describe, prepare_data
from numlp.files import replacing, write_json


def run(config: Config, out: Path) -> None:
    """Write statistics.npz and split.json."""
    data = prepare_data(config)
    with replacing(out / paths.STATISTICS) as file:
        np.savez(file, allow_pickle=False, mean=data.mean, std=data.std)
    write_json(out / paths.SPLIT, describe(data), indent=2)
    sizes = {name: stop - start for name, (start, stop) in data.split.items()}
    print(f"normalise: {data.dataset.name}: {sizes['train']:,} training and {sizes['val']:,} validation images")
