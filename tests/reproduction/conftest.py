"""A project folder that has the reproduction's files, and small splits of the synthetic images for its runs."""

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from numlp.data.preprocess import prepare
from pipeline.conftest import numlp, project, synthetic, with_data  # noqa: F401 (fixtures)

ROOT = Path(__file__).resolve().parents[2]
TRAIN, VAL = [0, 10_000], [10_000, 10_500]
SMALL = ["data=synthetic", f"split.train={TRAIN}", f"split.val={VAL}", "train.epochs=0.02"]  # two updates of 100 images


@pytest.fixture(scope="session")
def arrays(synthetic, tmp_path_factory, worker_id):  # noqa: F811
    """Normalised arrays of the small split, made by the first worker that asks."""
    shared = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    folder = shared / "normalised-small"
    with FileLock(f"{folder}.lock"):
        prepare(synthetic, TRAIN, VAL, folder)
    return folder


@pytest.fixture
def reproduction(with_data, arrays):  # noqa: F811
    """The project with the reproduction's inputs and a rehearsal's parameters."""
    (with_data / "reproduction").mkdir()
    for name in ("dvc.yaml", "e11_log.csv", "explanations.yaml", "gradients.csv", "published.csv"):
        shutil.copy(ROOT / "reproduction" / name, with_data / "reproduction" / name)
    overrides = ", ".join(f'"{override}"' for override in SMALL)
    (with_data / "reproduction" / "params.yaml").write_text(f"seeds: [0]\noverrides: [{overrides}]\n")
    (with_data / "data").mkdir()
    (with_data / "data" / "normalised").symlink_to(arrays)
    return with_data
