"""What all tests share."""

import os
import signal

# Two workers of one thread each; before NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Tests that import MLflow themselves do so before numlp can quieten it for those that run numlp in the same process.
os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "CRITICAL")

# A shell starts a job in the background with these ignored, and so would be the processes that tests send them to.
for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, usual)

from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)
