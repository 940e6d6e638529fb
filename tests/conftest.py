"""Fixtures and settings of all tests."""

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
from filelock import FileLock
from hypothesis import HealthCheck, settings

from numlp.config.parts import complete
from numlp.data.dataset import save_raw
from numlp.data.sources import make_raw

pytest_plugins = ["projects"]

# No test depends on the machine's speed.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory):
    """A folder of this run of the tests, one for all its workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "session"
    folder.mkdir(exist_ok=True)
    return folder


def make_once(path, make):
    """Let the first worker that asks make `path`."""
    with FileLock(f"{path}.lock"):
        if not path.exists():
            part = path.with_name(f"part-{path.name}")
            make(part)
            part.rename(path)
    return path


@pytest.fixture(scope="session")
def synthetic(session_folder):
    """The raw folder of data=synthetic."""
    return make_once(
        session_folder / "synthetic-0", lambda part: save_raw(make_raw(complete("data", {"_target_": "numlp.synthesize"})), part)
    )


@pytest.fixture(scope="session")
def empty_store(session_folder):
    """A database without runs: making one takes seconds."""
    from mlflow import MlflowClient  # a slow import, which many tests need not

    return make_once(session_folder / "mlflow.db", lambda part: MlflowClient(f"sqlite:///{part}").search_experiments())
