"""What a run is, whoever orders it: the file of its record."""

from pathlib import Path

import numpy as np

import numlp
from numlp.config import Config
from numlp.data.raw import read_about
from numlp.records import run_file, sources_digest
from numlp.stages.dataset import raw_folder
from numlp.stages.naming import values


def record_file(folder: Path, config: Config, source: str) -> Path:
    """Where in `folder` the record of a run is: a file for each set of choices, data, source and library."""
    about = read_about(raw_folder(config.data.source))
    return run_file(folder, {"choices": values(config), "data": about["digest"], "source": source, "numpy": np.__version__})


def source() -> str:
    """The digest of the modules that a run's figures follow from."""
    return sources_digest(Path(numlp.__file__).parent)
