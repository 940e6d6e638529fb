"""joblib's workers, forked from a process that imports what a job needs while this one imports MLflow: it saves 1.5 s a sweep."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver


@contextmanager
def forked(at_once: int) -> Iterator[None]:
    """Begin the process that joblib's workers are forked from in the body. Only on Linux: libraries of macOS do not survive a fork.

    Args:
        at_once: Workers. One alone joblib has not: it is this process.
    """
    if sys.platform != "linux" or at_once < 2:
        yield
        return
    from joblib.externals.loky.backend.context import get_start_method, set_start_method

    forkserver.set_forkserver_preload(["numlp.sweep.forkserver_preload"])
    forkserver.ensure_running()
    before = get_start_method()
    set_start_method("forkserver", force=True)
    try:
        yield
    finally:
        set_start_method(before, force=True)
