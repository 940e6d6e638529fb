"""One file over HTTP, whole or not at all."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from numlp.errors import UserError, require

if TYPE_CHECKING:
    from requests.exceptions import RequestException

TIMEOUT = (5.0, 30.0)  # seconds, for a connection and for the next bytes
SLOW = 300_000  # bytes a second, below which another address is worth a try
TRIAL = 20.0  # seconds before the rate is judged
CHUNK = 1 << 16


class Failed(Exception):  # noqa: N818 - the reason of one address, which is no error while there are others
    """An address did not give the file; the text says why in a few words.

    Attributes:
        again: Whether the same address is worth another attempt: it had begun to send.
    """

    def __init__(self, reason: str, again: bool = False) -> None:
        super().__init__(reason)
        self.again = again


class Watch:
    """A progress bar, as pooch uses one, that gives up on a slow server.

    Attributes:
        total: Size of the file in bytes; pooch sets it when the server has answered.
    """

    def __init__(self, patient: bool, shown: bool) -> None:
        from tqdm import tqdm

        self.total: int | None = None
        self._patient, self._start, self._size = patient, time.monotonic(), 0
        self._bar = tqdm(unit="B", unit_scale=True, disable=not shown)

    def update(self, size: int) -> None:
        """Count `size` more bytes."""
        self._size += size
        seconds = time.monotonic() - self._start
        if not self._patient and seconds > TRIAL and self._size < SLOW * seconds:
            raise Failed(f"slower than {SLOW // 1000} kB/s")
        self._bar.total = self.total
        self._bar.update(size)

    def reset(self) -> None:
        """Begin again; pooch does so to fill the bar at the end."""
        self._start, self._size = time.monotonic(), 0
        self._bar.reset()

    def close(self) -> None:
        """End the bar."""
        self._bar.close()


def transfer(url: str, path: Path, sha256: str, timeout: tuple[float, float], attempts: int, patient: bool, progress: bool) -> None:
    """Download `url` to `path`, which appears once its sum is right.

    Args:
        url: http or https.
        path: The file to make.
        sha256: Its sum.
        timeout: Seconds to wait for a connection, and for the next bytes.
        attempts: How often to try a server that breaks off while it sends.
        patient: Whether to bear a slow server.
        progress: Whether to draw a bar on the terminal.

    Raises:
        Failed: The server cannot be reached, is slow, or gave something else.
        UserError: The disk is full or cannot be written to.
    """
    require(url.startswith(("https://", "http://")), "data.source.urls", "http or https addresses", url=url)
    for left in reversed(range(attempts)):
        watch = Watch(patient, progress)
        try:
            _retrieve(url, path, sha256, timeout, watch)
            return
        except Failed as failure:
            if left == 0 or not failure.again:
                raise
        finally:
            watch.close()


def _retrieve(url: str, path: Path, sha256: str, timeout: tuple[float, float], watch: Watch) -> None:
    """Make one attempt by pooch, which writes to a file of another name and checks the sum before it takes the right one."""
    import pooch
    from requests.exceptions import RequestException

    downloader = pooch.HTTPDownloader(progressbar=watch, chunk_size=CHUNK, timeout=timeout)
    try:
        pooch.retrieve(url, f"sha256:{sha256}", path.name, path.parent, downloader=downloader)
    except RequestException as error:
        raise Failed(_reason(error), again=watch.total is not None) from error
    except ValueError as error:
        raise Failed("another sha256") from error
    except OSError as error:
        raise UserError(f"download: {path.parent}: {error.strerror or error}") from error


def _reason(error: "RequestException") -> str:
    """A failure in a few words."""
    from requests.exceptions import ChunkedEncodingError, HTTPError, Timeout

    if isinstance(error, HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    if isinstance(error, ChunkedEncodingError):
        return "cut short"
    if isinstance(error, Timeout) or "timed out" in str(error).lower():
        return "no answer in time"
    return "no connection"
