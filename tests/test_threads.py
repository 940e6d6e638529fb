"""Threads beside the one that trains."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from numlp.threads import one_ahead, side_by_side


def test_each_part_is_done_once_and_in_threads_of_their_own():
    threads = {}

    def note(part):
        barrier.wait(timeout=60)  # all are under way at once
        threads[part] = threading.get_ident()

    barrier = threading.Barrier(3)
    side_by_side(note, range(3))
    assert sorted(threads) == [0, 1, 2]
    assert len(set(threads.values())) == 3
    assert threads[0] == threading.get_ident()


def test_an_error_in_any_part_is_raised_here():
    def fail(part):
        if part == 1:
            raise ValueError("part 1")

    with pytest.raises(ValueError, match="part 1"):
        side_by_side(fail, range(2))


def test_the_error_state_of_numpy_holds_in_every_thread():
    def divide(part):
        np.divide(np.ones(2), np.zeros(2))

    with np.errstate(all="ignore"):
        side_by_side(divide, range(2))
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        side_by_side(divide, range(2))


def test_results_come_in_order_with_the_next_one_under_way():
    begun = []

    def square(number):
        begun.append(number)
        return number * number

    results = one_ahead(square, range(4))
    assert next(results) == 0
    assert list(results) == [1, 4, 9]
    assert begun == [0, 1, 2, 3]
    assert list(one_ahead(square, [])) == []


def test_an_error_comes_at_its_own_item_and_no_thread_is_left():
    before = threading.active_count()
    results = one_ahead(lambda number: 1 / number, [1, 0, 1])
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)
    abandoned = one_ahead(float, range(3))
    next(abandoned)
    abandoned.close()
    assert threading.active_count() == before


def test_openblas_leaves_the_cores_to_other_threads_where_numlp_is_imported_first():
    code = "import numlp, os; print(os.environ['OPENBLAS_THREAD_TIMEOUT'])"
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_THREAD_TIMEOUT"}
    for given, expected in ({}, "20"), ({"OPENBLAS_THREAD_TIMEOUT": "26"}, "26"):
        done = subprocess.run([sys.executable, "-c", code], env={**environment, **given}, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == expected
