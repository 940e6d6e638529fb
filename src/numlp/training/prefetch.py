"""A thread that is one item ahead: it reads the next batch from memory while this one is trained on."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def one_ahead(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """`function` of each item in order, as `map` gives it, with that of the next item computed meanwhile by a thread.

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
