"""Files that are either whole or not there: bytes, text, JSON, and rows of a CSV file."""

import csv
import gzip
import hashlib
import io
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from numlp.errors import require

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = TypeVar("Row", bound="DataclassInstance")


@contextmanager
def replacing(path: Path, sync: bool = True) -> Iterator[BinaryIO]:
    """Open a new binary file that takes the name `path` once it is written, flushed and closed.

    When the body raises (a full disk, Ctrl-C), the new file is removed and an older `path` stays as it was. Without `sync` a process that
    is killed loses nothing either, but a machine that loses its power may.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            if sync:
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (None, str(part)):
            error.filename = str(path)  # the name that the user knows
        raise


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    with replacing(path) as file:
        file.write(text.encode())


def write_json(path: Path, content: Mapping[str, Any], indent: int | None = None) -> None:
    """Write a file of JSON that ends with a line break, whole or not at all."""
    write_text(path, json.dumps(content, indent=indent) + "\n")


def read_json(path: Path) -> dict[str, Any] | None:
    """Read a mapping that `write_json` wrote; None when there is no such file."""
    return dict(json.loads(path.read_text())) if path.exists() else None


def json_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of `content` as canonical JSON."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """One line a row below the header, as CSV; numbers in the shortest form that reads back as the same float."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write what `csv_text` gives, whole or not at all; compressed where `path` ends in .gz, the same text to the same bytes."""
    content = csv_text(header, rows).encode()
    with replacing(path) as file:
        file.write(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def write_rows(path: Path, kind: type[Row], rows: Sequence[Row]) -> None:
    """Write one line a row, below the names of its fields, whole or not at all."""
    names = [field.name for field in fields(kind)]
    write_csv(path, names, ([getattr(row, name) for name in names] for row in rows))


def read_rows(path: Path, kind: type[Row]) -> list[Row]:
    """Read what `write_rows` wrote; a column that an older file lacks has its field's default."""
    columns: dict[str, Any] = {field.name: field.type for field in fields(kind)}
    newer = {field.name for field in fields(kind) if field.default is not MISSING}
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as file:
        reader = csv.DictReader(file)
        header = tuple(reader.fieldnames or ())
        expected = tuple(name for name in columns if name in header or name not in newer)
        require(header == expected, str(path), f"the columns {', '.join(columns)}", columns=reader.fieldnames)
        return [kind(**{name: columns[name](text) for name, text in row.items()}) for row in reader]


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's content, computed once per process while the file stays: 170 MB take 0.4 s."""
    status = path.stat()
    return _sha256(path, status.st_ino, status.st_size, status.st_mtime_ns)


@cache
def _sha256(path: Path, *_: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
