"""The official CIFAR-10 archive, read as what it may be: a file from a stranger.

Nothing is extracted and nothing of it is run. Names, types and sizes are checked before a byte is kept, a pickle's
opcodes and globals before it is loaded, the arrays after.

Source: Krizhevsky 2009, Learning multiple layers of features from tiny images; its "python version" archive.
"""

from collections.abc import Iterator
from pathlib import Path
from tarfile import AREGTYPE, BLOCKSIZE, DIRTYPE, REGTYPE, XGLTYPE, XHDTYPE, HeaderError, TarInfo

import numpy as np
from numpy.typing import NDArray

from numlp.config.data import CLASSES, IMAGES, PIXELS
from numlp.data.gunzip import Gunzip
from numlp.data.pickles import BATCH, load_pickle
from numlp.data.raw import RawData
from numlp.errors import UserError, require

FOLDER = "cifar-10-batches-py"
BATCHES = tuple(f"{FOLDER}/{name}" for name in [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"])
META, README = f"{FOLDER}/batches.meta", f"{FOLDER}/readme.html"
LARGEST = {**dict.fromkeys(BATCHES, 32_000_000), META: 10_000, README: 10_000, FOLDER: 0}  # bytes; a batch has 31,035,704
LARGEST_NOTE = 10_000  # bytes of a pax header, which holds times and owners
MOST_HEADERS = 64
MOST_PADDING = 1_000_000  # bytes of zeros after the last member
HARMLESS_NOTES = {"mtime", "atime", "ctime", "uid", "gid", "uname", "gname", "comment"}


def read_archive(path: Path, sha256: str, name: str, official: str) -> RawData:
    """Read the images, labels and class names of an archive.

    Args:
        path: A gzip-compressed tar file.
        sha256: Its verified sum.
        name: Of the data set, e.g. "CIFAR-10".
        official: The sum of the official archive; another one is told by `RawData.name`.

    Raises:
        UserError: It cannot be read, is damaged, or holds anything but what the official archive holds.
    """
    images, labels = np.empty((IMAGES, PIXELS), np.uint8), np.empty(IMAGES, np.uint8)
    class_names: tuple[str, ...] = ()
    missing = {*BATCHES, META}
    try:
        for member, content in _members(path):
            missing.discard(member)
            if member == META:
                class_names = _class_names(content)
            elif member in BATCHES:
                rows = slice(start := BATCHES.index(member) * BATCH, start + BATCH)
                images[rows], labels[rows] = _batch(content, member)
    except UserError as error:
        raise UserError(f"archive {path}: {error}") from error
    if missing:
        raise UserError(f"archive {path}: these files are missing: {', '.join(sorted(missing))}")
    known = name if sha256 == official else f"{name}, archive {sha256[:8]}... (not the official file)"
    return RawData(images, labels, class_names, known, {"archive_sha256": sha256})


def _members(path: Path) -> Iterator[tuple[str, memoryview]]:
    """Name and content of each member, in the archive's order; a content is gone when the next one is read."""
    seen: set[str] = set()
    with path.open("rb") as file:
        stream = Gunzip(file, max(LARGEST.values()))
        for _ in range(MOST_HEADERS):
            block = bytes(stream.read(BLOCKSIZE))
            if not any(block):
                stream.finish(MOST_PADDING)
                return
            header = _header(block)
            if header.type in (XHDTYPE, XGLTYPE):
                _check_note(bytes(stream.read(header.size)))
            else:
                require(header.name not in seen, "tar member", "each name once", name=header.name)
                seen.add(header.name)
                yield header.name, stream.read(header.size)
            stream.read(-header.size % BLOCKSIZE)
    raise UserError(f"tar file: expected at most {MOST_HEADERS} headers")


def _header(block: bytes) -> TarInfo:
    """A member's header, once its type, name and size are those of the official archive."""
    try:
        header = TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except HeaderError as error:
        raise UserError(f"tar file: damaged header: {error}") from None
    shown = header.name[:100]
    if header.type in (XHDTYPE, XGLTYPE):
        require(0 <= header.size <= LARGEST_NOTE, "pax header", f"at most {LARGEST_NOTE} bytes", size=header.size)
        return header
    plain = header.type in (REGTYPE, AREGTYPE, DIRTYPE)
    require(plain, "tar member", "a regular file or the directory, no link or device", name=shown, type=header.type)
    expected = header.name in LARGEST and (header.type == DIRTYPE) == (header.name == FOLDER)
    require(expected, "tar member", "a name of the official archive", name=shown)
    largest = LARGEST[header.name]
    require(0 <= header.size <= largest, header.name, f"at most {largest} bytes", size=header.size)
    return header


def _check_note(content: bytes) -> None:
    """Times and owners pass; a note that renames, links or resizes the next member does not."""
    keys = {line.partition(b" ")[2].partition(b"=")[0].decode("ascii", "replace") for line in content.split(b"\n") if line}
    require(keys <= HARMLESS_NOTES, "pax header", "only times and owners", keys=sorted(keys)[:5])


def _batch(content: memoryview, where: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (10000, 3072) and labels (10000,) of a batch."""
    batch = load_pickle(content, where)
    images, labels = batch.get("data"), batch.get("labels")
    if not isinstance(images, np.ndarray) or not isinstance(labels, list):
        raise UserError(f"{where}: expected data and a list of labels, got data={type(images).__name__}, labels={type(labels).__name__}")
    require(len(labels) == BATCH, where, f"{BATCH} labels", labels=len(labels))
    good = all(type(label) is int and 0 <= label < CLASSES for label in labels)
    require(good, where, "whole numbers from 0 to 9 as labels")
    return images, np.array(labels, np.uint8)


def _class_names(content: memoryview) -> tuple[str, ...]:
    """The ten names that batches.meta lists."""
    names = load_pickle(content, META).get("label_names")
    listed = names if isinstance(names, list) else []
    text = tuple(name.decode("latin-1") if isinstance(name, bytes) else name for name in listed)
    good = all(isinstance(name, str) and name.isascii() and name.isalpha() and len(name) <= 20 for name in text)
    require(good and len(text) == len(set(text)) == CLASSES, META, f"{CLASSES} different label_names of 1 to 20 letters")
    return text
