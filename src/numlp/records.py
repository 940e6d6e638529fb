"""The cached result of a finished run, so that no run is made twice."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numlp.files import write_text


def save_record(path: Path, content: Mapping[str, Any]) -> None:
    """Write the file, whole or not at all."""
    write_text(path, json.dumps(content) + "\n")


def load_record(path: Path) -> dict[str, Any] | None:
    """Read what `save_record` wrote; None when there is no such file."""
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text())
    return content
