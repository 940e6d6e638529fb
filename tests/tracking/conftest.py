"""Projects with a store of their own, made by copying one that is made once: making one takes seconds."""

import os
import shutil
from pathlib import Path

import pytest

from numlp.tracking.store import connect


def pytest_collection_modifyitems(items):
    """MLflow and SQLAlchemy warn each other of what they will change."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::DeprecationWarning"))


@pytest.fixture(autouse=True)
def own_settings(monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)  # of the processes that tests start


@pytest.fixture
def project(tmp_path, empty_store):
    folder = tmp_path / "a project"
    (folder / "mlruns").mkdir(parents=True)
    shutil.copy(empty_store, folder / "mlruns" / "mlflow.db")
    (folder / "conf").mkdir()  # this and params.yaml are what makes it a project
    (folder / "params.yaml").touch()
    return folder


@pytest.fixture
def client(project):
    return connect(project)[0]
