"""A project folder that has the reproduction's files, and small splits of the synthetic images for its runs."""

import shutil
from pathlib import Path

import pytest

from pipeline.conftest import FEW, numlp, project, ready, with_data  # noqa: F401 (fixtures)

ROOT = Path(__file__).resolve().parents[2]
PIXELS = "model.inputs=48"  # of the 3,072: what is tested are runs, not networks
SMALL = [*FEW, "train.epochs=0.02"]  # two updates of 100 images


@pytest.fixture
def reproduction(ready):  # noqa: F811
    """The project with the reproduction's inputs and a rehearsal's parameters."""
    (ready / "reproduction").mkdir()
    for name in ("dvc.yaml", "e11_log.csv", "explanations.yaml", "gradients.csv", "published.csv"):
        shutil.copy(ROOT / "reproduction" / name, ready / "reproduction" / name)
    overrides = ", ".join(f'"{override}"' for override in [*SMALL, PIXELS])
    (ready / "reproduction" / "params.yaml").write_text(f"seeds: [0]\noverrides: [{overrides}]\n")
    return ready
