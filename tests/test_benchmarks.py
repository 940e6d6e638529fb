"""The benchmark runs, in miniature; the times it prints are no test's business."""

import os
import subprocess
import sys

import pytest

from budget import ROOT


@pytest.mark.slow
def test_benchmark_prints_a_row_and_writes_nothing(tmp_path):
    command = [sys.executable, "-m", "benchmarks", "--rounds", "1", "--steps", "2", "--only", "3 layers"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "| 3 layers | 2 |" in run.stdout
    assert list(tmp_path.iterdir()) == []
