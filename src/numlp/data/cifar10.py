"""CIFAR-10's "python version" archive: found or downloaded, verified by its SHA-256, and only then read.

Source: Krizhevsky 2009, Learning multiple layers of features from tiny images.
"""

import io
import logging
import os
import pickle
import pickletools
import re
import sys
import tarfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np
from numpy.typing import NDArray

from numlp import paths
from numlp.data.dataset import DatasetInfo, RawData
from numlp.errors import UserError, one_line, require
from numlp.files import read_json, sha256, write_json

BATCHES, META, ROWS = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"), "batches.meta", 10_000
SHAPE, PIXELS, CLASSES = (32, 32, 3), 3_072, 10
NOTE = paths.BUILD / "archive.json"  # the checksum of the archive that CIFAR10_ARCHIVE names
LARGEST = 64_000_000  # bytes of a member: a batch has 31 MB as uint8
NESTED, MEMO = 32, 100_000  # tuples, and memo numbers, of a pickle: the official batches have 6 tuples and no number above 20,000
TIMEOUT = (5, 30)  # seconds to connect, and for the next bytes

NAMES: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): lambda text, _: text.encode("latin1"),  # bytes, as Python 3 writes them in protocols 0 to 2
    ("numpy._core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],  # the function that a pickled array names
    ("numpy._core.numeric", "_frombuffer"): lambda content, dtype, shape, order: np.frombuffer(content, dtype).reshape(shape, order=order),
}


class Unavailable(UserError):  # noqa: N818 - a state, and an answer to it
    """There is no archive, and none could be downloaded."""


class ArraysOnly(pickle.Unpickler):  # the one place of the package that unpickles
    """An unpickler of arrays and Python's plain containers; a pickle that names anything else is refused before it is called."""

    def find_class(self, module: str, name: str) -> Any:
        """Look a name up in `NAMES`; nothing is imported. NumPy 1, with which the official archive was made, has no underscore."""
        key = (module.replace("numpy.core.", "numpy._core."), name)
        require(key in NAMES, "pickle", "arrays, lists, text and numbers alone", name=f"{module}.{name}"[:100])
        return NAMES[key]


def load_cifar10(name: str, file: str, sha256: str, urls: list[str]) -> RawData:
    """Read the archive that CIFAR10_ARCHIVE names, the one in the data directory, or one from the network, which that directory then has.

    Args:
        name: Name of the data set.
        file: Name of a downloaded archive.
        sha256: Checksum of the official archive; CIFAR10_SHA256 names that of another one.
        urls: Addresses of the archive, tried in this order.

    Raises:
        UserError: There is none, its SHA-256 is not the accepted one, or it is no CIFAR-10.
    """
    path = find_archive(file, sha256, urls)
    images, labels = np.empty((len(BATCHES), ROWS, PIXELS), np.uint8), np.empty((len(BATCHES), ROWS), np.uint8)
    names, missing = list[str](), {*BATCHES, META}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:  # nothing is extracted
                require(member.size <= LARGEST, "member", f"at most {LARGEST:,} bytes", name=member.name[:100], size=member.size)
                if (part := member.name.rpartition("/")[2]) not in (*BATCHES, META):
                    continue
                opened = archive.extractfile(member) if member.isreg() else None
                require(opened is not None, part, "a regular file")
                content = _unpickle(opened.read(), part)  # type: ignore[union-attr]
                missing.discard(part)
                if part == META:
                    names = _class_names(content)
                else:
                    images[BATCHES.index(part)], labels[BATCHES.index(part)] = _batch(content, part)
        require(not missing, "files", "the seven files of CIFAR-10", missing=", ".join(sorted(missing)))
    except UserError as error:
        raise UserError(f"archive {path}: {error}") from error
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise UserError(f"archive {path}: damaged ({type(error).__name__}: {error})") from error
    digest = accepted_sha256(sha256)
    title = name if digest == sha256 else f"{name}, archive {digest[:8]}... (not the official file)"
    info = DatasetInfo(title, {"archive_sha256": digest}, names, shape=SHAPE, train=5 * ROWS)
    return RawData(images.reshape(-1, PIXELS), labels.reshape(-1), info)


def find_archive(file: str, official: str, urls: Sequence[str]) -> Path:
    """Find or download an archive with the accepted SHA-256; raise Unavailable if no address sent one."""
    accepted, local = accepted_sha256(official), paths.from_environment("CIFAR10_ARCHIVE")
    if local is None:
        require(file != "" and Path(file).name == file, "data.file", "a file name without directories", file=file)
        return _download(urls, paths.DATA / file, accepted)
    try:
        digest = _noted_sha256(local)
    except OSError as error:
        raise UserError(f"CIFAR10_ARCHIVE: cannot read {local}: {error.strerror}; correct or unset the variable") from error
    remedy = f"{local} may be incomplete or damaged; to accept the file as it is, set CIFAR10_SHA256={digest}"
    require(digest == accepted, "CIFAR10_ARCHIVE", f"SHA-256 checksum {accepted}, got {digest}", remedy)
    return local


def _noted_sha256(archive: Path) -> str:
    """SHA-256 of a file, which build/ keeps for the next command while the file stays: 170 MB take 0.25 s in each stage."""
    status = archive.stat()
    state = {"path": str(archive), "inode": status.st_ino, "size": status.st_size, "modified_ns": status.st_mtime_ns}
    noted: dict[str, Any] = {}
    with suppress(ValueError, OSError):  # a damaged note counts nothing
        noted = read_json(NOTE) or {}
    if noted != (content := {**state, "sha256": noted.get("sha256")}):
        content["sha256"] = sha256(archive)
        if NOTE.parent.is_dir():
            with suppress(OSError):  # a read-only folder, a full disk
                write_json(NOTE, content)
    return str(content["sha256"])


def accepted_sha256(official: str) -> str:
    """The SHA-256 that CIFAR10_SHA256 names, or else the official one of the configuration."""
    typed = os.environ.get("CIFAR10_SHA256")
    accepted, where = (typed or official).lower(), "CIFAR10_SHA256" if typed else "data.sha256"
    require(re.fullmatch("[0-9a-f]{64}", accepted) is not None, where, "a checksum of 64 hexadecimal digits", sha256=accepted)
    return accepted


def wanted_sha256(origin: Mapping[str, Any], official: str) -> str | None:
    """The SHA-256 of the archive that the variables name now, or else the one of the images of an origin.

    What CIFAR10_SHA256 once accepted stays while neither variable is set, so that a later command need not name the archive again.
    """
    local = paths.from_environment("CIFAR10_ARCHIVE")
    if local is not None and local.exists():
        find_archive("", official, ())  # an archive with another SHA-256 than the accepted one is an error
    named = local is not None or os.environ.get("CIFAR10_SHA256")
    return accepted_sha256(official) if named else origin.get("archive_sha256")


def _download(urls: Sequence[str], path: Path, accepted: str) -> Path:
    """Try the addresses in their order; a file that is there already and whole is taken."""
    import pooch
    from requests.exceptions import RequestException

    pooch.get_logger().setLevel(logging.WARNING)  # its lines name temporary files
    downloader = pooch.HTTPDownloader(timeout=TIMEOUT, progressbar=sys.stderr.isatty(), chunk_size=1 << 16)
    failures = []
    for url in urls:
        try:
            if urlsplit(url).scheme in ("http", "https"):
                return Path(pooch.retrieve(url, f"sha256:{accepted}", path.name, path.parent, downloader=downloader))
            local = Path(url2pathname(urlsplit(url).path) if url.startswith("file:") else url).expanduser()
            require(sha256(local) == accepted, str(local), f"the SHA-256 {accepted}")
            return local
        except (RequestException, ValueError, OSError) as error:  # a ValueError tells of another checksum
            silent = isinstance(error, RequestException) and error.response is None  # its text names the address once more
            failures.append(f"{url} ({type(error).__name__ if silent else one_line(error)[:120]})")
    remedy = "check the network, set CIFAR10_ARCHIVE=PATH to use a local archive, or choose data=synthetic"
    raise Unavailable(f"download failed: {path.name} from {', '.join(failures)}\n{remedy}")


def _unpickle(content: bytes, name: str) -> Mapping[str, Any]:
    """Load a pickle whose opcodes reserve no memory by a number and nest nothing that takes 2^n steps to hash."""
    nested = 0
    try:
        for opcode, argument, _ in pickletools.genops(content):
            nested += opcode.name.startswith(("TUPLE", "FROZENSET"))
            harmless = nested <= NESTED and not (opcode.name.endswith("PUT") and int(argument or 0) > MEMO)
            require(harmless, name, "a pickle of arrays and lists of numbers")
        loaded = ArraysOnly(io.BytesIO(content), encoding="latin1").load()
    except UserError:
        raise
    except Exception as error:  # a damaged pickle raises nearly anything
        raise UserError(f"{name}: damaged pickle ({type(error).__name__})") from error
    require(isinstance(loaded, dict), name, "a dictionary", type=type(loaded).__name__)
    return {_text(key): value for key, value in loaded.items()}


def _batch(content: Mapping[str, Any], name: str) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """The images (10000, 3072) and labels (10000,) of a batch."""
    pixels, labels = np.asarray(content.get("data")), np.asarray(content.get("labels"))
    images = pixels.shape == (ROWS, PIXELS) and pixels.dtype == np.uint8
    require(images, name, f"data of shape ({ROWS}, {PIXELS}) and type uint8: 32 x 32 pixels of 3 colors in each image")
    numbers = labels.shape == (ROWS,) and labels.dtype.kind in "iu" and labels.min() >= 0 and labels.max() < CLASSES
    require(numbers, name, f"labels: {ROWS} whole numbers from 0 to {CLASSES - 1}")
    return pixels, labels


def _class_names(content: Mapping[str, Any]) -> list[str]:
    listed = content.get("label_names")
    names = [_text(name) for name in listed] if isinstance(listed, list) else []
    require(len(set(names)) == len(names) == CLASSES, META, f"{CLASSES} different label_names")
    return names


def _text(name: Any) -> str:
    return name.decode("latin1") if isinstance(name, bytes) else str(name)
