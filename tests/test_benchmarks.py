"""The benchmark runs, in miniature; what it measures is no test's business."""

import subprocess
import sys

import pytest

from benchmarks.__main__ import LIBRARIES, can_train
from benchmarks.task import TASKS
from projects import ROOT


@pytest.mark.slow
def test_benchmark_prints_a_row_and_writes_nothing():
    def status():
        return subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=False).stdout

    before = status()
    command = [sys.executable, "-m", "benchmarks", "--rounds", "1", "--steps", "2", "--only", "3 layers"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "| 3 layers | 2 |" in run.stdout
    assert status() == before


def test_each_network_is_trained_by_ours_and_by_pytorch():
    for task in TASKS.values():
        assert {"ours", "PyTorch"} <= {library for library in LIBRARIES if can_train(library, task)}
