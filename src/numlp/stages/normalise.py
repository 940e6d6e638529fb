"""`numlp normalise`: the split's normalised arrays, and a small file that names what they were made from."""

import json
from pathlib import Path

from numlp import paths
from numlp.config import Config
from numlp.data.dataset import prepared
from numlp.files import write_text
from numlp.runs.invocation import Asked


def run(config: Config, out: Path, asked: Asked) -> None:
    """Make the arrays under data/normalised when they are not there, and write split.json."""
    data = prepared(config)
    sizes = {name: stop - start for name, (start, stop) in data.about["split"].items()}
    write_text(out / paths.SPLIT, json.dumps({**data.about, "pixel_mean": data.mean.mean(), "pixel_std": data.std.mean()}, indent=2) + "\n")
    print(f"normalise: {data.about['data']['name']}: {sizes['train']:,} images to train, {sizes['val']:,} to validate")
