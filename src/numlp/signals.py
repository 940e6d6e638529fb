"""Ctrl-C, SIGTERM and SIGHUP: exceptions, so that what is open gets closed, or a request, so that what has begun ends first."""

import multiprocessing
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, MethodType

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C; kill, or a cluster's scheduler; the terminal was closed


class Terminated(SystemExit):
    """SIGTERM or SIGHUP came; when nobody catches it, the process ends with exit code 143 or 129."""


class Stop:
    """The signal that came, if any."""

    def __init__(self) -> None:
        self.number, self._waits = 0, False  # 0: none has come

    def __bool__(self) -> bool:
        return self.number != 0

    def receive(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal: raise it at once, or let what has begun, in the body of `waiting` or in child processes, end first.

        SIGTERM is passed on to the children; the others a terminal sends to all. Ctrl-C again raises in any case. Any other signal that
        comes again is ignored, as it would interrupt the closing.
        """
        again, self.number = self.number != 0, self.number or number
        if again and number != signal.SIGINT:
            return
        children = multiprocessing.active_children()
        for child in children if number == signal.SIGTERM else ():
            child.terminate()
        if again or not (self._waits or children):
            raise self.exception()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Only note a signal that comes in the body."""
        self._waits = True
        try:
            yield
        finally:
            self._waits = False

    def exception(self) -> BaseException:
        """The exception that the signal raises."""
        return KeyboardInterrupt() if self.number == signal.SIGINT else Terminated(128 + self.number)


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Handle signals by a `Stop` in the body; within such a body it is the same one.

    A signal that is ignored stays so, as SIGHUP is by nohup. Outside the main thread, where Python runs no handlers, nothing changes.
    """
    stop = Stop()
    before = {number: signal.getsignal(number) for number in STOPS}
    outer = [handler.__self__ for handler in before.values() if isinstance(handler, MethodType) and isinstance(handler.__self__, Stop)]
    if outer or threading.current_thread() is not threading.main_thread():
        yield outer[0] if outer else stop
        return
    handled = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    for number in handled:
        signal.signal(number, stop.receive)
    try:
        yield stop
        if stop:  # it came while the body waited, or while children ran, idle ones too, and nobody has raised it
            raise stop.exception()
    finally:
        for number, handler in handled.items():
            signal.signal(number, handler)
