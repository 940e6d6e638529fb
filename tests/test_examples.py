"""The scripts of examples/ run, are short, and show what they say."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))


def run(script, folder):
    """What a script prints, run in a folder of its own, in which it leaves nothing."""
    done = subprocess.run([sys.executable, script], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert list(folder.iterdir()) == []
    return done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_has_fewer_than_40_lines(script):
    assert len(script.read_text().splitlines()) < 40


def test_the_training_loop_learns_far_more_than_chance(tmp_path):
    printed = run(EXAMPLES / "training_loop.py", tmp_path)
    training, test = map(float, re.findall(r"([\d.]+)%", printed))
    assert 30 < test <= training


def test_the_custom_layer_has_the_gradients_it_should(tmp_path):
    rows = [line.split() for line in run(EXAMPLES / "custom_layer.py", tmp_path).splitlines()]
    verdicts = {name: verdict for name, verdict, *_ in rows}
    assert verdicts.pop("linear1.b") == "zero"  # batch norm takes the mean away
    assert set(verdicts) == {"linear1.W", "linear2.W", "bn1.gamma", "bn1.beta", "linear2.b"}
    assert set(verdicts.values()) == {"agrees"}


def test_a_wrong_derivative_of_the_custom_layer_is_found(tmp_path):
    right = (EXAMPLES / "custom_layer.py").read_text()
    wrong = right.replace("dy * (1 - np.exp(-work.y))", "dy * (1.001 - np.exp(-work.y))")
    assert wrong != right
    printed = subprocess.run([sys.executable, "-c", wrong], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^(\S+) +differs", printed, re.MULTILINE) == ["linear1.W", "bn1.gamma", "bn1.beta"]
