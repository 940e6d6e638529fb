"""The record of a finished run: one file, named by all that its figures follow from, so that no run is made twice."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from numlp.files import sha256, write_text

SOURCES = (  # of the package: all that a run's figures follow from, beside choices and data; reproduction/dvc.yaml names the same
    "nn",
    "optim",
    "data/batches.py",
    "data/preprocess.py",
    "build.py",
    "evaluate.py",
    "final_moments.py",
    "train.py",
)


def run_file(folder: Path, ingredients: Mapping[str, Any]) -> Path:
    """The file of the run made from `ingredients`: choices, data set, source and library."""
    text = json.dumps(ingredients, sort_keys=True)
    return folder / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"


def sources_digest(package: Path, names: Iterable[str] = SOURCES) -> str:
    """SHA-256 over the modules that figures follow from."""
    paths = [path for name in names for path in ([package / name] if name.endswith(".py") else sorted((package / name).glob("*.py")))]
    lines = [f"{path.relative_to(package).as_posix()} {sha256(path)}" for path in paths]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def save_record(path: Path, content: Mapping[str, Any]) -> None:
    """Write the file, whole or not at all."""
    write_text(path, json.dumps(content) + "\n")


def load_record(path: Path) -> dict[str, Any] | None:
    """Read what `save_record` wrote; None when there is no such file."""
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text())
    return content
