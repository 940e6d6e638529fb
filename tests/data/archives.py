"""Archives for tests: the official layout with cheap images, whole or wrong in one place."""

import gzip
import io
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from filelock import FileLock

FOLDER = "cifar-10-batches-py"
NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
BATCHES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")
ROWS, PIXELS = 10_000, 3_072

Member = tuple[tarfile.TarInfo, bytes]


def string(text: bytes) -> bytes:
    return b"U" + bytes([len(text)]) + text


def array(gray: int = 0, code: bytes = b"u1") -> bytes:
    """A constant array as Python 2 and NumPy 1 pickled it."""
    dtype = b"cnumpy\ndtype\n" + string(code) + b"K\x00K\x01\x87R(K\x03" + string(b"|") + b"NNN" + b"J\xff\xff\xff\xff" * 2 + b"K\x00tb"
    shape = b"M" + ROWS.to_bytes(2, "little") + b"M" + PIXELS.to_bytes(2, "little") + b"\x86"
    start = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + string(b"b") + b"\x87R(K\x01" + shape
    content = bytes([gray]) * (ROWS * PIXELS)
    return start + dtype + b"\x89" + b"T" + len(content).to_bytes(4, "little") + content + b"tb"


def labels_of(index: int) -> bytes:
    """Labels of batch `index`: 0 to 9 in turn, from another one in each batch."""
    return bytes((row + index) % 10 for row in range(ROWS))


def batch(index: int = 0, data: bytes | None = None, labels: bytes | None = None) -> bytes:
    """The pickle of a batch with images of the gray `index`; `labels` is one byte a label."""
    values = labels_of(index) if labels is None else labels
    listed = b"](" + b"".join(b"K" + values[i : i + 1] for i in range(len(values))) + b"e"
    content = array(index) if data is None else data
    return b"\x80\x02}(" + string(b"batch_label") + string(b"a batch") + string(b"labels") + listed + string(b"data") + content + b"u."


def meta(names: Iterable[str] = NAMES) -> bytes:
    listed = b"](" + b"".join(string(name.encode()) for name in names) + b"e"
    return b"\x80\x02}(" + string(b"num_cases_per_batch") + b"M\x10\x27" + string(b"label_names") + listed + b"u."


def text_meta() -> bytes:
    """batches.meta in pickle's protocol 0, as the official one is."""
    listed = b"(lp1\n" + b"".join(b"S'" + name.encode() + b"'\np%d\na" % (i + 2) for i, name in enumerate(NAMES))
    return b"(dp0\nS'num_cases_per_batch'\np12\nI10000\nsS'label_names'\np13\n" + listed + b"sS'num_vis'\np14\nI3072\ns."


def member(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE) -> Member:
    info = tarfile.TarInfo(name)
    info.size, info.type = len(content), kind
    return info, content


def official(**changed: bytes) -> Iterator[Member]:
    """The official members in their order; keyword arguments replace the content of some."""
    yield member(FOLDER, kind=tarfile.DIRTYPE)
    order = ("data_batch_4", "readme.html", "test_batch", "data_batch_3", "batches.meta", "data_batch_2", "data_batch_5", "data_batch_1")
    for name in order:
        if name in BATCHES:
            content = changed.get(name) or batch(BATCHES.index(name))
        else:
            content = changed.get(name.replace(".", "_")) or (text_meta() if name == "batches.meta" else b"<a>")
        yield member(f"{FOLDER}/{name}", content)


def whole(session_folder: Path) -> Path:
    """A whole archive in a folder of its own, written once for all the workers of a test run."""
    path = session_folder / "archive" / "whole.tar.gz"
    path.parent.mkdir(exist_ok=True)
    with FileLock(session_folder / "archive.lock"):
        return path if path.exists() else write(path, official())


def write(path: Path, members: Iterable[Member]) -> Path:
    """Write a tar.gz whose bytes follow from its members."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", 1, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return path
