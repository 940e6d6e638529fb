"""Python threads for NumPy's work on large arrays, during which NumPy lets other threads run."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import cache
from typing import TypeVar

Part = TypeVar("Part")
Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(function: Callable[[Part], None], parts: Sequence[Part]) -> None:
    """Call `function` of each part, each in a thread of its own, the first in this one; NumPy's error state is this thread's."""
    others = [_pool(len(parts) - 1, os.getpid()).submit(copy_context().run, function, part) for part in parts[1:]]
    try:
        function(parts[0])
    finally:
        wait(others)  # none is at work once this returns, after an error either
    for other in others:
        other.result()


def one_ahead(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """`function` of each item in order, as `map` gives it, with that of the next item computed meanwhile by a second thread.

    A result and the next one are in use at the same time.
    """
    waiting = iter(items)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="prefetch") as thread:
        first = next(waiting, None)
        pending = None if first is None else thread.submit(function, first)
        while pending is not None:
            result = pending.result()
            item = next(waiting, None)
            pending = None if item is None else thread.submit(function, item)
            yield result


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pool(threads: int, process: int) -> ThreadPoolExecutor:
    """Threads that wait for work: one set for each number of them, and another one in a fork, which has none."""
    return ThreadPoolExecutor(threads, thread_name_prefix="numlp")
