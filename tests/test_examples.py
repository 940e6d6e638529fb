"""The scripts of examples/ and the benchmark run in an empty folder, leave nothing there, and show what they say."""

import os
import re
import runpy
import subprocess
import sys

import pytest

from budget import ROOT
from numlp.files import write_rows
from numlp.tracking.run import track
from numlp.tracking.sending import About
from numlp.training.history import Record

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


def test_two_best_runs_are_compared_and_drawn(ready, capsys):
    for lam, data, accuracy in ((0.1, "digits", 0.5), (0.3, "letters", 0.9), (0.2, "digits", 0.6)):
        folder, metrics = ready / f"lam{lam}", {"final/val_accuracy": accuracy}
        with track(ready, folder, About(folder.name, {"lam": lam}, {"dataset": data}, metrics=metrics)):
            write_rows(folder / "history.csv", Record, [Record(step, step / 9, 0.1, *[0.5] * 6) for step in (0, 9)])
    runpy.run_path(str(ROOT / "examples" / "compare_runs.py"))
    printed = capsys.readouterr().out
    assert all(text in printed for text in ("lam0.1", "lam0.2", "final/val_accuracy"))
    assert "lam0.3" not in printed
    assert (ready / "runs.png").stat().st_size > 1000


@pytest.mark.slow
def test_benchmark_prints_a_row(tmp_path):
    assert "| 3 layers | " in run(tmp_path, "-m", "benchmarks", "--rounds", "1", "--threads", "1", "--kernels", "", "--only", "3 layers")
