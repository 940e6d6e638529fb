"""joblib's workers, forked from a process that imports what a job needs while this one imports MLflow: a sweep begins 2 s sooner."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


@contextmanager
def forked(at_once: int) -> Iterator[None]:
    """Begin the process that joblib's workers are forked from in the body. Only on Linux: libraries of macOS do not survive a fork.

    A worker's BLAS has its share of the cores, as joblib gives it, unless the environment says how many threads.

    Args:
        at_once: Workers. One alone joblib has not: it is this process.
    """
    if sys.platform != "linux" or at_once < 2:
        yield
        return
    from joblib import cpu_count
    from joblib.externals.loky.backend.context import get_start_method, set_start_method

    share = {name: str(max(1, cpu_count() // at_once)) for name in THREADS if name not in os.environ}
    os.environ.update(share)
    try:
        forkserver.set_forkserver_preload(["numlp.sweep.preloaded"])
        forkserver.ensure_running()
    finally:
        for name in share:
            del os.environ[name]
    before = get_start_method()
    set_start_method("forkserver", force=True)
    try:
        yield
    finally:
        set_start_method(before, force=True)
