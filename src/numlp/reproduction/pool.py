"""Runs side by side: a process a core, each with one BLAS thread."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


def side_by_side(function: Callable[[In], Out], items: Iterable[In]) -> Iterator[Out]:
    """`function` of each item, in the order in which they end; they begin in the order given, at once.

    Two processes of one thread beat one of two by a half at these sizes, and one thread gives the same figures on every
    machine with the same library.
    """
    from joblib import Parallel, cpu_count, delayed, parallel_config

    with parallel_config(backend="loky", inner_max_num_threads=1):
        parallel = Parallel(n_jobs=cpu_count(), return_as="generator_unordered", batch_size=1, pre_dispatch="all")
        results: Iterator[Out] = parallel(delayed(function)(item) for item in items)
    return results
