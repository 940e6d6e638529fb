"""Threads: ours beside the one that trains, and BLAS's."""

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from numlp.threads import blas_threads, one_ahead, side_by_side, under_threads


def test_each_part_is_done_once_and_at_the_same_time():
    threads = {}

    def note(part):
        barrier.wait(timeout=60)  # all are under way at once
        threads[part] = threading.get_ident()

    barrier = threading.Barrier(3)
    side_by_side(note, range(3))
    assert (sorted(threads), len(set(threads.values()))) == ([0, 1, 2], 3)


def test_error_of_a_part_is_raised_here_and_numpys_error_state_holds_in_every_thread():
    def divide(part):
        np.divide(np.ones(2), np.full(2, 1 - part))

    with np.errstate(all="ignore"):
        side_by_side(divide, range(2))
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        side_by_side(divide, range(2))


def test_results_come_in_order_and_an_error_at_its_own_item_and_no_thread_is_left():
    before = threading.active_count()
    assert list(one_ahead(lambda number: number * number, range(4))) == [0, 1, 4, 9]
    assert list(one_ahead(float, [])) == []
    results = one_ahead(lambda number: 1 / number, [1, 0, 1])
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)
    abandoned = one_ahead(float, range(3))
    next(abandoned)
    abandoned.close()
    assert threading.active_count() == before


def count():
    """The threads of NumPy's BLAS."""
    return next(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas" and "numpy" in pool["filepath"])


def test_body_has_its_threads_of_blas_and_afterwards_there_are_as_many_as_before():
    before = count()
    with pytest.raises(KeyError), blas_threads(2):
        with blas_threads(1):
            assert count() == 1
        assert count() == 2
        raise KeyError
    assert count() == before


def test_code_of_items_has_its_threads_of_blas_and_the_consumer_has_not():
    before = count()
    one, two = (under_threads(number, (count() for _ in range(3))) for number in (before + 1, before + 2))
    assert [(next(one), next(two), count()) for _ in range(2)] == [(before + 1, before + 2, before)] * 2
    one.close()  # not exhausted
    assert (list(two), count()) == ([before + 2], before)
