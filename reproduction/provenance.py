"""What the results were made of and on."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from numlp.data.raw import DatasetInfo
from numlp.files import write_text

FILE = "provenance.json"
TAGS = ("git_commit", "source", "numlp", "python", "blas", "blas_kernel", "cpu")  # no process, no time


def write_provenance(folder: Path, dataset: DatasetInfo, environment: Mapping[str, str], cores: int, seeds: Sequence[int]) -> None:
    """Write provenance.json: data set, code, machine and seeds, and no time of day.

    Args:
        folder: Of the results.
        dataset: The raw data set.
        environment: Tags of the code and the machine, and `source`, the digest of the modules that figures follow from.
        cores: Processors of the machine; each run uses as many as its train.threads.
        seeds: Of the runs.
    """
    data = {"name": dataset.name, **dataset.origin, "digest": dataset.digest}
    machine = {name: environment[name] for name in TAGS}
    content = {"data": data, **machine, "cores": cores, "seeds": list(seeds)}
    write_text(folder / FILE, json.dumps(content, indent=2) + "\n")
