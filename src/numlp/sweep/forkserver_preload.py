"""What a job needs, imported for that alone by the process that joblib's workers are forked from (`numlp.sweep.forkserver`)."""

import gc
import os
import signal
from importlib import import_module

from numlp.tracking import load

NEEDED = ("hydra_plugins.hydra_joblib_launcher._core", "optuna.storages.journal", "numlp.stages.train", "numlp.sweep.worker")
SENT_TO_ALL = (signal.SIGTERM, signal.SIGHUP)  # they are meant for the workers: were this process to end by one, joblib would kill them


def _preload() -> None:
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)  # or Ctrl-C would leave a traceback of these imports
    load()
    for name in NEEDED:
        import_module(name)
    gc.freeze()  # else the workers' collections would copy the pages that they share
    before = [(number, signal.signal(number, signal.SIG_IGN)) for number in SENT_TO_ALL]
    os.register_at_fork(after_in_child=lambda: [signal.signal(number, handler) for number, handler in before])
    signal.signal(signal.SIGINT, interrupt)  # multiprocessing's fork server ignores it itself, and gives it back to its children


_preload()
