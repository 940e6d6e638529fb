"""Threads: those of Python for NumPy's work on large arrays, during which NumPy lets others run, and those of NumPy's BLAS."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from functools import cache
from typing import TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

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


@contextmanager
def blas_threads(count: int) -> Iterator[None]:
    """Hold NumPy's BLAS at `count` threads in the body, warmed up; afterwards it has as many as before."""
    with _controller().limit(limits=count, user_api="blas"):
        _warm_up(count, os.getpid())
        yield


def under_threads(count: int, items: Iterable[Item]) -> Iterator[Item]:
    """Yield from `items`, whose code (not the consumer's) runs within `blas_threads(count)`.

    The number of threads is set for each item, so a generator that is not exhausted leaves no limit behind.
    """
    iterator = iter(items)
    while True:
        try:
            with blas_threads(count):
                item = next(iterator)
        except StopIteration:
            return
        yield item


@cache
def library() -> tuple[str, str]:
    """Name and version of NumPy's BLAS, and the CPU that its kernel is written for, on which last bits depend; "none" where unknown.

    SciPy may have loaded another BLAS beside it.
    """
    pools = sorted((pool for pool in _controller().info() if pool["user_api"] == "blas"), key=lambda pool: "numpy" not in pool["filepath"])
    if not pools:
        return "none", "none"
    return f"{pools[0]['internal_api']} {pools[0]['version']}", str(pools[0].get("architecture", "none"))


@cache
def _controller() -> ThreadpoolController:
    """Looking for the loaded libraries takes 0.5 ms, setting their threads 0.02 ms. NumPy's BLAS is loaded by now."""
    return ThreadpoolController()


# At one thread, for a right operand of few columns (Haswell's kernel: at most 320), OpenBLAS packs all rows of the left one into one place,
# 12 at a time, and Haswell's kernel prefetches what lies behind: in 100 x 3072 x 50, 131 of the 2,046 prefetches of its first call go to
# a page that nothing has written. That they double the product's time on some CPUs (0.1 us each; nothing on others) is inferred. 1,024
# columns are above the limit of every x86 kernel tried (768), and 64 rows write further than the prefetches go, in 2 to 4 ms of CPU time.
@cache
def _warm_up(count: int, process: int) -> None:
    """Make the first product: once for each number of threads, and again in a fork, whose BLAS has new threads."""
    wide = np.ones((512, 1024), np.float32)
    np.dot(wide[:64, :512], wide)
