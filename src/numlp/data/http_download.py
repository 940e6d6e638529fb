"""One file over HTTP, whole or not at all."""

import time
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from numlp.errors import UserError, require

if TYPE_CHECKING:
    from requests import Response
    from requests.exceptions import RequestException

SILENCE = 60.0  # seconds that addresses may take before they begin to answer, all of them together
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
    """Gives up on a server that is silent or slow, and draws how far it is.

    Args:
        silence: Seconds that the address may take before it begins to answer, in all attempts together.
        patient: Whether to bear a slow server.
        shown: Whether to draw a bar on the terminal.

    Attributes:
        begun: Whether the server has begun to send in the present attempt.
    """

    def __init__(self, silence: float, patient: bool, shown: bool) -> None:
        from tqdm import tqdm

        self.begun = False
        self._silence, self._patient, self._start, self._size = silence, patient, 0.0, 0
        self._bar = tqdm(unit="B", unit_scale=True, disable=not shown)

    def wait(self, answer: "Future[Response]") -> "Response":
        """Wait until the server begins to send, and begin to count.

        Raises:
            Failed: It was silent for too long.
            RequestException: It cannot be reached, or answers that it does not have the file.
        """
        self.begun, start = False, time.monotonic()
        try:
            response = answer.result(max(0.0, self._silence))
        except TimeoutError:
            raise Failed("no answer in time") from None
        finally:
            self._silence -= time.monotonic() - start
        self.begun, self._start, self._size = True, time.monotonic(), 0
        self._bar.reset(int(response.headers.get("content-length", 0)))
        return response

    def update(self, size: int) -> None:
        """Count `size` more bytes."""
        self._size += size
        seconds = time.monotonic() - self._start
        if not self._patient and seconds > TRIAL and self._size < SLOW * seconds:
            raise Failed(f"slower than {SLOW // 1000} kB/s")
        self._bar.update(size)

    def close(self) -> None:
        """End the bar."""
        self._bar.close()


def transfer(url: str, path: Path, sha256: str, timeout: tuple[float, float], attempts: int, watch: Watch) -> None:
    """Download `url` to `path`, which appears once its sum is right.

    Args:
        url: http or https.
        path: The file to make.
        sha256: Its sum.
        timeout: Seconds to wait for a connection, and for the next bytes.
        attempts: How often to try a server that breaks off while it sends.
        watch: For this address alone; it is closed.

    Raises:
        Failed: The server cannot be reached, is silent or slow, or gave something else.
        UserError: The disk is full or cannot be written to.
    """
    require(url.startswith(("https://", "http://")), "data.source.urls", "http or https addresses", url=url)
    try:
        for left in reversed(range(attempts)):
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

    def receive(url: str, file: str, _: object) -> None:
        with watch.wait(_ask(url, timeout)) as response, Path(file).open("wb") as target:
            for chunk in response.iter_content(CHUNK):
                target.write(chunk)
                watch.update(len(chunk))

    try:
        pooch.retrieve(url, f"sha256:{sha256}", path.name, path.parent, downloader=receive)
    except RequestException as error:
        raise Failed(_reason(error), again=watch.begun) from error
    except ValueError as error:
        raise Failed("wrong SHA-256 checksum") from error
    except OSError as error:
        raise UserError(f"download failed: {path.parent}: {error.strerror or error}") from error


def _ask(url: str, timeout: tuple[float, float]) -> "Future[Response]":
    """Ask for `url` in a thread, since no time-out ends a look-up of a host's name; when nobody waits any more, its answer is dropped."""
    import requests

    answer: Future[Response] = Future()

    def ask() -> None:
        try:
            response = requests.get(url, stream=True, timeout=timeout)
            if not response.ok:
                response.close()
            response.raise_for_status()
            answer.set_result(response)
        except BaseException as error:
            answer.set_exception(error)

    Thread(target=ask, daemon=True).start()  # a daemon does not keep the process from its end
    return answer


def _reason(error: "RequestException") -> str:
    """A failure in a few words."""
    from requests.exceptions import ChunkedEncodingError, HTTPError, Timeout

    if isinstance(error, HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    if isinstance(error, ChunkedEncodingError):
        return "incomplete"
    if isinstance(error, Timeout) or "timed out" in str(error).lower():
        return "no answer in time"
    return "no connection"
