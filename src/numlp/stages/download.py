"""`numlp download`: the raw images, from the archive or from a seed, as plain arrays."""

from pathlib import Path

from numlp import paths
from numlp.config import Config
from numlp.data.dataset import save_raw
from numlp.data.sources import make_raw


def run(config: Config, out: Path) -> None:
    """Write images.npy, labels.npy and dataset.json."""
    data = make_raw(config.data.source, paths.DATA)
    save_raw(data, out)
    print(f"download: {data.info.name}: {len(data.images):,} images")
