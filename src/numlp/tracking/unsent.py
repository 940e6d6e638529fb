"""What a store did not take: kept in a file of its own beside the run's, and sent when it is asked for and the store answers."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from numlp.errors import UserError, one_line
from numlp.files import sha256, write_text
from numlp.tracking.items import Artifact, Dataset, Ended, Item, Metrics, Params, Tags
from numlp.tracking.models import Pyfunc
from numlp.tracking.store import address, connect, explained, is_unreachable

if TYPE_CHECKING:
    from mlflow import MlflowClient

NAME = "mlflow-unsent"
KINDS = {kind.__name__.lower(): kind for kind in (Artifact, Dataset, Ended, Metrics, Params, Pyfunc, Tags)}


def keep(folder: Path, run_id: str, items: Sequence[Item]) -> Path:
    """Write a new file in `folder`, whole or not at all.

    A line of JSON for each item: the run's id, the kind of item and its content, null for NaN; of a file the SHA-256 too, so that
    a later one of the same name is not taken for it.
    """
    lines = []
    for item in items:
        # Every item is a dataclass; the checker does not follow that through the union.
        content = {"run_id": run_id, "kind": type(item).__name__.lower(), **asdict(item)}  # type: ignore[call-overload]
        if isinstance(item, (Artifact, Pyfunc)):
            content["sha256"] = sha256(Path(item.path)) if Path(item.path).is_file() else None
        lines.append(json.dumps(json.loads(json.dumps(content), parse_constant=lambda _: None)) + "\n")
    path = folder / f"{NAME}-{token_hex(4)}.jsonl"
    write_text(path, "".join(lines))
    return path


def find_unsent(root: Path) -> list[Path]:
    """The files that `keep` wrote in the folders of `root`, the oldest first."""
    folders = [folder for folder in root.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    paths = [path for folder in folders for path in folder.rglob(f"{NAME}-*.jsonl")]
    return sorted(paths, key=lambda path: path.stat().st_mtime_ns)


def send_unsent(root: Path, path: Path) -> list[str]:
    """Send what `path` holds, then remove it; what the store refuses stays there. What was sent before, in part, counts once.

    Returns:
        Files of the run that are gone, or no longer what they were: these are not sent.

    Raises:
        UserError: The store cannot be used or refuses items, or `path` is not what `keep` wrote; `path` stays.
    """
    lines = _read(path)
    client, _ = connect(root)
    gone, refused, reason = [], [], ""
    with explained(address(root)):
        for line in lines:
            try:
                if not _sent(client, root, line):
                    gone.append(line["path"])
            except Exception as error:
                if is_unreachable(error):
                    raise
                refused.append(line)
                reason = reason or one_line(error)
    if refused:
        write_text(path, "".join(json.dumps(line) + "\n" for line in refused))
        raise UserError(f"MLflow refused {len(refused)} of {len(lines)} items ({reason}); delete the file to give them up")
    path.unlink()
    return gone


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        good = all({"run_id", "kind"} <= set(line) and line["kind"] in KINDS for line in lines)
    except (TypeError, ValueError):
        good = False
    if not good:
        raise UserError(f"{path}: no file of items for MLflow as numlp writes them; delete the file to give them up")
    return lines


def _sent(client: "MlflowClient", root: Path, line: dict[str, Any]) -> bool:
    """Send one item; False for a file that is not what it was."""
    content = {name: value for name, value in line.items() if name not in ("run_id", "kind", "sha256")}
    if "sha256" in line:
        file = root / line["path"]
        if not file.is_file() or sha256(file) != line["sha256"]:
            return False
        content["path"] = str(file)
    item = KINDS[line["kind"]](**content)
    if isinstance(item, Metrics):
        values = [(name, math.nan if value is None else value, time, step) for name, value, time, step in item.values]
        item = replace(item, values=values)
    item.send(client, line["run_id"])
    return True
