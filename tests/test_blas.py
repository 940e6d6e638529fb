"""BLAS has the asked threads where it should, and is warmed up once."""

import os
import subprocess
import sys

import pytest
from threadpoolctl import threadpool_info

from numlp import blas
from numlp.blas import blas_threads, under_threads

BITS = """
import hashlib, sys
from contextlib import nullcontext
import numpy as np
from threadpoolctl import threadpool_info
from numlp.blas import blas_threads

threads, held = int(sys.argv[1]), sys.argv[2] == "held"
rng = np.random.default_rng(0)
x, w, dy = (rng.standard_normal(shape, np.float32) for shape in ((100, 3072), (3072, 50), (100, 50)))
with blas_threads(threads) if held else nullcontext():
    assert max(pool["num_threads"] for pool in threadpool_info()) == threads, threadpool_info()
    products = [x @ w, x.T @ dy, dy @ w.T]
print(hashlib.sha256(b"".join(product.tobytes() for product in products)).hexdigest())
"""


def threads():
    """Of NumPy's BLAS."""
    return next(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas" and "numpy" in pool["filepath"])


def digest(count, kernel, held):
    """Of products with so many threads: held on one processor and against the environment's one thread, or the environment's."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1" if held else str(count), **({"OPENBLAS_CORETYPE": kernel} if kernel else {})}
    first = "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n" if held and hasattr(os, "sched_setaffinity") else ""
    command = [sys.executable, "-c", first + BITS, str(count), "held" if held else "cold"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def warmed(monkeypatch):
    """The products that warm BLAS up, in a process where it is cold."""
    made = []
    monkeypatch.setattr(blas.np, "dot", lambda a, b: made.append((a.shape, b.shape)))
    blas._warm_up.cache_clear()
    yield made
    blas._warm_up.cache_clear()


def test_the_body_has_its_threads_and_afterwards_there_are_as_many_as_before():
    before = threads()
    with blas_threads(before + 1):
        assert threads() == before + 1
    assert threads() == before


def test_a_body_in_another_has_its_own_threads():
    with blas_threads(2):
        with blas_threads(1):
            assert threads() == 1
        assert threads() == 2


def test_there_are_as_many_threads_as_before_after_an_exception():
    before = threads()
    with pytest.raises(KeyError), blas_threads(before + 1):
        raise KeyError
    assert threads() == before


def test_the_items_code_has_the_threads_and_the_consumers_has_not():
    before = threads()
    items = under_threads(before + 1, (threads() for _ in range(3)))
    assert [(item, threads()) for item in items] == [(before + 1, before)] * 3


def test_a_generator_that_is_not_exhausted_leaves_no_limit_behind():
    before = threads()
    items = under_threads(before + 1, (threads() for _ in range(3)))
    assert next(items) == before + 1
    assert threads() == before
    items.close()
    assert threads() == before


def test_generators_that_take_turns_have_their_own_threads():
    before = threads()
    one, two = (under_threads(count, (threads() for _ in range(2))) for count in (1, 2))
    assert [*zip(one, two, strict=True)] == [(1, 2), (1, 2)]
    assert threads() == before


def test_the_exception_of_an_item_is_raised_and_leaves_no_limit_behind():
    def failing():
        yield 1
        raise KeyError("second")

    before = threads()
    items = under_threads(before + 1, failing())
    next(items)
    with pytest.raises(KeyError, match="second"):
        next(items)
    assert threads() == before


def test_none_is_an_item():
    assert list(under_threads(1, [None, None])) == [None, None]


def test_blas_is_warmed_up_once_for_each_number_of_threads(warmed):
    for count in (1, 1, 2, 1, 2):
        with blas_threads(count):
            pass
    assert len(warmed) == 2


def test_a_fork_warms_up_again(warmed, monkeypatch):
    with blas_threads(1):
        pass
    monkeypatch.setattr(blas.os, "getpid", lambda: -1)
    with blas_threads(1):
        pass
    assert len(warmed) == 2


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="needs two cores")
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("kernel", ["", "Haswell"], ids=["own", "haswell"])
def test_the_bits_of_products_are_those_of_a_cold_process_with_as_many_threads(count, kernel):
    assert digest(count, kernel, held=True) == digest(count, kernel, held=False)
