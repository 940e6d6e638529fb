"""Signals: as an exception, so that what is open gets closed, or as a request, so that what has begun is finished first."""

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(SystemExit):
    """SIGTERM or SIGHUP came; when nobody catches it, the process ends with exit code 143 or 129."""


@contextmanager
def terminable() -> Iterator[None]:
    """Raise `Terminated` in the body when SIGTERM comes, or SIGHUP (the terminal was closed) unless it is ignored (nohup).

    The same signal again is ignored until the body is left: it would cut off the closing. Outside the main thread, where
    Python runs no signal handlers, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    handled = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in handled:
        signal.signal(number, _terminate)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, before[number])


@contextmanager
def asking(stop: Callable[[int], None]) -> Iterator[None]:
    """Call `stop` with the signal's number when Ctrl-C, SIGTERM or SIGHUP comes; the same signal again does what it does outside."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    handled = [number for number, handler in before.items() if handler is not signal.SIG_IGN]

    def ask(number: int, frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        stop(number)

    for number in handled:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, before[number])


@contextmanager
def relaying() -> Iterator[None]:
    """Let child processes that train end by themselves: pass SIGTERM on to them (Ctrl-C they get from the terminal), and wait.

    Without children, and the second time, the signal does what it does outside.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def relay(number: int, frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        children = multiprocessing.active_children()
        if not children:
            signal.raise_signal(number)
        for child in children if number == signal.SIGTERM else ():
            child.terminate()

    for number in before:
        signal.signal(number, relay)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stopped(number: int) -> BaseException:
    """What a signal that was waited with raises in the end."""
    return KeyboardInterrupt() if number == signal.SIGINT else Terminated(128 + number)


def _terminate(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise Terminated(128 + number)
