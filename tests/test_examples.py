"""The scripts of examples/ and the benchmark run in an empty folder, leave nothing there, and show what they say."""

import os
import re
import subprocess
import sys

import pytest

from budget import ROOT

LOOP, LAYER = ((ROOT / "examples" / f"{name}.py").read_text() for name in ("training_loop", "custom_layer"))


def run(folder, *arguments):
    command, environment = [sys.executable, *arguments], {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(folder.iterdir()) == []
    return done.stdout


def test_training_loop_learns_far_more_than_chance(tmp_path):
    training, test = map(float, re.findall(r"([\d.]+)%", run(tmp_path, "-c", LOOP)))
    assert 30 < test <= training


@pytest.mark.parametrize(("factor", "differing"), [("1", []), ("1.001", ["linear1.W", "bn1.gamma", "bn1.beta"])])
def test_gradient_check_tells_a_right_derivative_of_the_custom_layer_from_a_wrong_one(tmp_path, factor, differing):
    derivative = "dy * ({} - np.exp(-work.y))"
    assert derivative.format("1") in LAYER
    printed = run(tmp_path, "-c", LAYER.replace(derivative.format("1"), derivative.format(factor)))
    verdicts = dict(re.findall(r"^(\S+) +(agrees|differs|zero)", printed, re.MULTILINE))
    assert verdicts.pop("linear1.b") == "zero"  # batch norm takes the mean away
    assert set(verdicts) == {"linear1.W", "linear2.W", "bn1.gamma", "bn1.beta", "linear2.b"}
    assert [name for name, verdict in verdicts.items() if verdict == "differs"] == differing


@pytest.mark.slow
def test_benchmark_prints_a_row(tmp_path):
    assert "| 3 layers | 2 |" in run(tmp_path, "-m", "benchmarks", "--rounds", "1", "--steps", "2", "--only", "3 layers")
