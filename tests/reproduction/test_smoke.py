"""The whole reproduction by DVC on synthetic images, two updates a run."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rehearsal import PIXELS, ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def workspace(reproduction):
    """Outside any git checkout, with the code that the stages depend on; the raw images are DVC's to make."""
    for folder in (Path(), Path("reproduction")):
        junk = shutil.ignore_patterns("tmp", "cache", "config.local")
        shutil.copytree(ROOT / folder / ".dvc", reproduction / folder / ".dvc", ignore=junk)
    shutil.copy(ROOT / ".dvcignore", reproduction)
    (reproduction / "src").symlink_to(ROOT / "src")
    for name in ("claims.yaml", "faults.py", "gradient_checks.py", "own_draws.py", "settings.py", "work_plan.py"):
        shutil.copy(ROOT / "reproduction" / name, reproduction / "reproduction")
    (reproduction / "build" / "download").unlink()
    params = reproduction / "params.yaml"
    params.write_text(params.read_text().replace("data: cifar10 ", "data: synthetic "))
    rehearsal = reproduction / "reproduction" / "params.yaml"
    rehearsal.write_text(rehearsal.read_text().replace(PIXELS, "model.inputs=3072"))  # E25 mirrors whole images
    return reproduction


def reports(folder, *arguments):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [sys.executable, "-m", "reproduction", "all", *arguments]
    environment = {**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=3000, check=False)


def test_one_command_runs_all_experiments_and_a_second_one_nothing(workspace):
    done = reports(workspace, "seeds=2")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    with (workspace / "build/reproduction/results/scoreboard.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 147
    assert {row["n"] for row in rows} == {"1"}
    lock = (workspace / "reproduction/dvc.lock").read_bytes()
    again = reports(workspace, "seeds=2")
    assert again.returncode == 0
    assert "Running stage" not in again.stdout
    assert (workspace / "reproduction/dvc.lock").read_bytes() == lock


def test_seeds_that_are_no_numbers_are_an_error_of_one_line(workspace):
    done = reports(workspace, "seeds=a")
    assert done.returncode == 1
    assert done.stderr == "error: reproduction: expected seeds=0,1,2, got 'seeds=a'\n"
