"""`numlp normalise`: the split's normalized arrays, and a small file that names what they were made from."""

from dataclasses import asdict
from pathlib import Path

from numlp import paths
from numlp.config import Config
from numlp.data.normalise import prepare_data
from numlp.files import write_json
from numlp.runs.invocation import Invocation


def run(config: Config, out: Path, invocation: Invocation) -> None:
    """Make the arrays under data/normalised when they are not there, and write split.json."""
    data = prepare_data(config)
    sizes = {name: stop - start for name, (start, stop) in data.recipe.split.items()}
    content = {**asdict(data.recipe), "key": data.recipe.key, "pixel_mean": data.mean.mean(), "pixel_std": data.std.mean()}
    write_json(out / paths.SPLIT, content, indent=2)
    print(f"normalise: {data.dataset.name}: {sizes['train']:,} training and {sizes['val']:,} validation images")
