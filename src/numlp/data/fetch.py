"""The archive, from the environment, a download already there, or the network; and the raw data set made from it.

The variables of the environment, CIFAR10_ARCHIVE and CIFAR10_SHA256, are read here and nowhere else: what is made does not
depend on where an archive was.
"""

import logging
import os
import re
import sys
from pathlib import Path

from numlp.config import SourceConfig
from numlp.data.archive import read_archive
from numlp.data.http_download import SILENCE, TIMEOUT, Failed, Watch, transfer
from numlp.data.raw import RawData
from numlp.data.synthetic import synthesise
from numlp.errors import UserError, require
from numlp.files import sha256

ATTEMPTS = 2  # at an address that breaks off while it sends

log = logging.getLogger(__name__)


class Unavailable(UserError):  # noqa: N818 - the state of things, and an answer to it
    """There is no archive, and none could be downloaded."""


def make_raw(source: SourceConfig, folder: Path) -> RawData:
    """The images of `source`: from an archive, kept in `folder` when it is downloaded, or from a seed."""
    if source.seed is not None:
        return synthesise(source.seed)
    path, found = fetch(source, folder)
    return read_archive(path, found, source.name, official=_official(source)[1])


def fetch(
    source: SourceConfig,
    folder: Path,
    timeout: tuple[float, float] = TIMEOUT,
    attempts: int = ATTEMPTS,
    silence: float = SILENCE,
) -> tuple[Path, str]:
    """Find an archive whose sha256 is the one asked for.

    Args:
        source: Its file name, sum and addresses.
        folder: Where a download is kept.
        timeout: Seconds to wait for a connection, and for the next bytes.
        attempts: At an address that breaks off while it sends; one that does not answer is not asked again.
        silence: Seconds that addresses may take before they begin to answer; each has an equal share.

    Returns:
        Its path and its sha256.

    Raises:
        Unavailable: There is none, and no address gave one.
        UserError: CIFAR10_ARCHIVE is no file that can be read, or has another sum.
    """
    file, official = _official(source)
    if local := os.environ.get("CIFAR10_ARCHIVE"):
        return _local(Path(local), official)
    path = folder / file
    if path.exists() and not _whole(path, official):
        log.warning("%s is incomplete or was changed; numlp deletes it and downloads it again", path)
        path.unlink()
    if not path.exists():
        _download(source.urls, path, official, timeout, attempts, silence)
    return path, official


def _official(source: SourceConfig) -> tuple[str, str]:
    """File name and sum of the archive that `source` describes."""
    file, official = source.file or "", source.sha256 or ""
    require(file != "" and Path(file).name == file, "data.source.file", "a file name without directories", file=source.file)
    require(_is_sum(official), "data.source.sha256", "a checksum of 64 hexadecimal digits", sha256=source.sha256)
    return file, official


def _local(path: Path, official: str) -> tuple[Path, str]:
    """The user's own archive, with the sum that the user or the source gives."""
    accepted = (os.environ.get("CIFAR10_SHA256") or official).lower()
    require(_is_sum(accepted), "CIFAR10_SHA256", "a checksum of 64 hexadecimal digits", CIFAR10_SHA256=accepted)
    try:
        found = sha256(path)
    except OSError as error:
        raise UserError(f"CIFAR10_ARCHIVE: cannot read {path}: {error.strerror}; correct or unset the variable") from error
    if found != accepted:
        raise UserError(
            f"CIFAR10_ARCHIVE: expected SHA-256 checksum {accepted}, got {found}\n"
            f"{path} may be incomplete or damaged; to accept the file as it is, set CIFAR10_SHA256={found}"
        )
    return path, found


def _is_sum(text: str) -> bool:
    return re.fullmatch("[0-9a-f]{64}", text) is not None


def _whole(path: Path, official: str) -> bool:
    return path.is_file() and sha256(path) == official


def _download(urls: list[str], path: Path, official: str, timeout: tuple[float, float], attempts: int, silence: float) -> None:
    """Try the addresses in their order."""
    failures = []
    for url in urls:
        watch = Watch(silence / len(urls), patient=url == urls[-1], shown=sys.stderr.isatty())
        try:
            transfer(url, path, official, timeout, attempts, watch)
            return
        except Failed as failure:
            failures.append(f"{url} ({failure})")
    raise Unavailable(
        f"download failed: {path.name} from {', '.join(failures)}\n"
        "check the network, set CIFAR10_ARCHIVE=PATH to use a local archive, or choose data=synthetic"
    )
