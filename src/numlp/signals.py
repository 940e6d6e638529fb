"""Signals: as an exception, so that what is open gets closed, or as a request, so that what has begun is finished first."""

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C; kill, or a cluster's scheduler; the terminal was closed


class Terminated(SystemExit):
    """SIGTERM or SIGHUP came; when nobody catches it, the process ends with exit code 143 or 129."""


@contextmanager
def terminable() -> Iterator[None]:
    """Raise `Terminated` in the body when SIGTERM or SIGHUP comes; the same signal again is ignored, as it would cut off the closing."""

    def terminate(number: int, outside: Any) -> None:
        signal.signal(number, signal.SIG_IGN)
        raise Terminated(128 + number)

    with _catching((signal.SIGTERM, signal.SIGHUP), terminate):
        yield


@contextmanager
def asking(stop: Callable[[int], None]) -> Iterator[None]:
    """Call `stop` with the signal's number when one of `STOPS` comes; the same signal again does what it does outside."""

    def ask(number: int, outside: Any) -> None:
        signal.signal(number, outside)
        stop(number)

    with _catching(STOPS, ask):
        yield


@contextmanager
def relaying() -> Iterator[list[int]]:
    """Let child processes that train end by themselves: pass SIGTERM on to them, and wait. The others a terminal sends to all.

    Without children, and the second time, the signal does what it does outside.

    Yields:
        The numbers of the signals that came: whoever gives work to children gives no more of it then.
    """
    came: list[int] = []

    def relay(number: int, outside: Any) -> None:
        came.append(number)
        signal.signal(number, outside)
        children = multiprocessing.active_children()
        if not children:
            signal.raise_signal(number)
        for child in children if number == signal.SIGTERM else ():
            child.terminate()

    with _catching(STOPS, relay):
        yield came


def stopped(number: int) -> BaseException:
    """What a signal that was waited with raises in the end."""
    return KeyboardInterrupt() if number == signal.SIGINT else Terminated(128 + number)


@contextmanager
def _catching(numbers: Sequence[int], handle: Callable[[int, Any], None]) -> Iterator[None]:
    """Call `handle` with the number of a signal that comes, and what it does outside the body.

    One that is ignored stays so, as SIGHUP is by nohup. Outside the main thread, where Python runs no signal handlers, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in numbers}
    handled = [number for number, outside in before.items() if outside is not signal.SIG_IGN]

    def handler(number: int, frame: FrameType | None) -> None:
        handle(number, before[number])

    for number in handled:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, before[number])
