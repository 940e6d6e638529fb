"""The threads of NumPy's BLAS, and its warm-up."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

T = TypeVar("T")


@contextmanager
def blas_threads(count: int) -> Iterator[None]:
    """Hold NumPy's BLAS at `count` threads in the body, warmed up; afterwards it has as many as before."""
    with _controller().limit(limits=count, user_api="blas"):
        _warm_up(count, os.getpid())
        yield


def under_threads(count: int, items: Iterable[T]) -> Iterator[T]:
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
    found = sorted((pool for pool in _controller().info() if pool["user_api"] == "blas"), key=lambda pool: "numpy" not in pool["filepath"])
    if not found:
        return "none", "none"
    return f"{found[0]['internal_api']} {found[0]['version']}", str(found[0].get("architecture", "none"))


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
