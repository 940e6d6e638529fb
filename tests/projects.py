"""Fixtures: a project folder for each test, with the synthetic images made once for all."""

import shutil
import sys
from pathlib import Path

import pytest

from numlp.cli.main import main

ROOT = Path(__file__).resolve().parents[1]
FEW = ["data=synthetic", "split.train=[0,10000]", "split.val=[10000,10500]"]  # 100 updates an epoch; the same for all tests
SMALL = [*FEW, "train.epochs=0.02"]  # two updates


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project: configuration alone, as the current folder; no archive, no MLflow server."""
    shutil.copytree(ROOT / "conf", tmp_path / "conf")
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("CIFAR10_ARCHIVE", "CIFAR10_SHA256", "MLFLOW_TRACKING_URI", "HYDRA_FULL_ERROR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def with_data(project, synthetic):
    """The project with the synthetic images at hand, as the download stage leaves them."""
    (project / "build").mkdir()
    (project / "build" / "download").symlink_to(synthetic)
    return project


@pytest.fixture
def numlp(monkeypatch, capsys):
    """Run a command in this process; give its exit code, output and errors."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["numlp"])
        capsys.readouterr()
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def ready(with_data, empty_store):
    """The project with the images, and a store without runs."""
    (with_data / "mlruns").mkdir()
    shutil.copy(empty_store, with_data / "mlruns")
    return with_data


@pytest.fixture
def counted(monkeypatch):
    """The lambdas of the trainings that were begun; those above 1 raise."""
    from numlp.training.trainer import Trainer

    begun, real = [], Trainer.records

    def records(trainer, *arguments):
        begun.append(trainer.plan.lam)
        if trainer.plan.lam > 1:
            raise RuntimeError("no luck")
        return real(trainer, *arguments)

    monkeypatch.setattr(Trainer, "records", records)
    return begun
