"""Runs side by side: at most cores / threads processes."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


def side_by_side(function: Callable[[In], Out], items: Iterable[In], threads: int) -> Iterator[Out]:
    """`function` of each item, in the order in which they end; they begin in the order given, at once.

    Each takes `threads` cores. Two processes of one thread beat one of two by a half at the reports' sizes.
    """
    from joblib import Parallel, cpu_count, delayed, parallel_config

    with parallel_config(backend="loky"):
        parallel = Parallel(n_jobs=max(1, cpu_count() // threads), return_as="generator_unordered", batch_size=1, pre_dispatch="all")
        results: Iterator[Out] = parallel(delayed(function)(item) for item in items)
    return results
