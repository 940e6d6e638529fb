"""`numlp download`: the raw images, from an archive, a file or a seed, as plain arrays."""

import sys
from pathlib import Path

from numlp import paths
from numlp.config import Config
from numlp.data.cifar10 import Unavailable
from numlp.data.dataset import save_raw
from numlp.data.sources import make_raw, replace_raw


def run(config: Config, out: Path) -> None:
    """Write images.npy, labels.npy and dataset.json; in the pipeline synthetic images take the place of an archive that cannot be had."""
    try:
        data = make_raw(config.data)
    except Unavailable as reason:
        if out != paths.DOWNLOAD:
            raise
        data = replace_raw(config.data, reason)
        cause = str(reason).splitlines()[0]
        print(f"*** NO CIFAR-10: RUNNING ON SYNTHETIC IMAGES. numlp run looks for CIFAR-10 again. {cause}", file=sys.stderr)
    save_raw(data, out)
    print(f"download: {data.info.name}: {len(data.images):,} images")
