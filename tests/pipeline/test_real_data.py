"""What the reports found, on the real archive and a short schedule; and a second opinion on the accuracy."""

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from independent_accuracy import accuracy, read_test_batch
from numlp.cli.main import main

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif("CIFAR10_ARCHIVE" not in os.environ, reason="needs CIFAR10_ARCHIVE"),
]

SHORT = ["schedule.half_cycle_epochs=2", "train.cycles=1", "then=[evaluate]"]  # 4 epochs
LONGER = ["schedule.half_cycle_epochs=5", "train.cycles=1", "then=[evaluate]", "model=mlp9"]  # 10: the least that shows it
SEEDS = (0, 1, 2)
RUNS = {
    "three": ["model=mlp3", "norm=none"],
    "three_bn": ["model=mlp3", "norm=before"],
    "nine_bn": ["model=mlp9", "norm=before"],
    "tiny_sigma": ["model=mlp3", "norm=none", "init=gaussian", "init.sigma=0.0001"],
    "tiny_sigma_bn": ["model=mlp3", "norm=before", "init=gaussian", "init.sigma=0.0001"],
}
NETWORKS = {
    "three": "3 layers",
    "three_bn": "3 layers, batch norm",
    "nine_bn": "9 layers, batch norm",
    "tiny_sigma": "3 layers, sigma 0.0001",
    "tiny_sigma_bn": "3 layers, sigma 0.0001, batch norm",
}
MODELS = Path(__file__).resolve().parents[2] / "docs/models.md"
TABLE = re.compile(r"\| network \| ONNX \|.*\n(?:\|.*\n)+\|.*")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Test accuracy of each run, in a project of its own, and the project's folder."""
    root = tmp_path_factory.mktemp("real")
    source = Path(__file__).resolve().parents[2]
    for name in ("conf", "params.yaml"):
        (root / name).symlink_to(source / name)
    before = Path.cwd()
    os.chdir(root)
    try:
        for name, choices in RUNS.items():
            assert main(["train", *SHORT, *choices, f"hydra.run.dir=outputs/{name}"]) == 0
    finally:
        os.chdir(before)
    found = {name: json.loads((root / "outputs" / name / "metrics.json").read_text()) for name in RUNS}
    return root, {name: metrics["test_accuracy"] for name, metrics in found.items()}


def test_three_layers_train_with_and_without_batch_norm(trained):
    _, test = trained
    assert 0.47 < test["three"] < 0.56
    assert 0.49 < test["three_bn"] < 0.56


def test_batch_norm_helps_nine_layers(trained, monkeypatch):
    root, _ = trained
    monkeypatch.chdir(root)

    def accuracies(norm):
        for seed in SEEDS:
            folder = f"outputs/nine_{norm}_{seed}"
            assert main(["train", *LONGER, f"norm={norm}", f"seed={seed}", f"hydra.run.dir={folder}"]) == 0
            yield json.loads((root / folder / "metrics.json").read_text())["val_accuracy"]

    # Validation accuracy of five seeds after these epochs: 46.1 (sd 2.0) without, 49.4 (sd 0.5) with batch norm.
    assert np.mean([*accuracies("before")]) > np.mean([*accuracies("none")]) + 0.005


def test_without_batch_norm_a_tiny_sigma_stays_at_chance_and_with_it_does_not_matter(trained):
    _, test = trained
    assert test["tiny_sigma"] == pytest.approx(0.1, abs=0.005)
    assert test["tiny_sigma_bn"] == pytest.approx(test["three_bn"], abs=0.025)


@pytest.mark.parametrize("name", RUNS)
def test_an_independent_reading_of_model_and_archive_gives_the_same_accuracy(trained, name):
    root, test = trained
    images, labels = read_test_batch(os.environ["CIFAR10_ARCHIVE"])
    found = accuracy(root / "outputs" / name / "model.npz", np.asarray(images), labels)
    assert found == pytest.approx(test[name], abs=0.0003)  # float64 against float32: a tie may fall the other way


@pytest.fixture(scope="module")
def parity(trained):
    """Of each network what `numlp export --check` prints: by program the largest difference, and how many predictions agree."""
    root, _ = trained

    def check(name):
        command = [sys.executable, "-m", "numlp", "export", "--model", f"outputs/{name}/model.npz", "--output", f"{name}.onnx", "--check"]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "10,000 test images of CIFAR-10" in done.stdout
        found = re.findall(r"(ONNX|pyfunc): probabilities differ by at most (\S+); (\S+) of", done.stdout)
        return {program: (float(difference), int(same.replace(",", ""))) for program, difference, same in found}

    return {name: check(name) for name in RUNS}


@pytest.mark.parametrize("name", RUNS)
def test_parity_of_onnx_and_pyfunc_on_all_test_images(parity, name):
    for difference, same in parity[name].values():
        assert difference <= 1e-5
        assert same >= 9_990


def test_the_docs_tell_this_parity(parity):
    """Writes the table anew where WRITE_DOCS is set; another kind of CPU rounds a little otherwise."""
    text = MODELS.read_text()
    if os.environ.get("WRITE_DOCS"):
        text = TABLE.sub(parity_table(parity), text)
        MODELS.write_text(text)
    told = [[cell.strip() for cell in row.split("|")[1:-1]] for row in TABLE.search(text)[0].splitlines()[2:]]
    assert [row[0] for row in told] == [NETWORKS[name] for name in RUNS]
    for row, found in zip(told, parity.values(), strict=True):
        for place, program in enumerate(("ONNX", "pyfunc"), start=1):
            difference, same = found[program]
            assert math.isclose(float(row[place]), difference, rel_tol=2 / 3, abs_tol=1e-7)
            assert abs(int(row[place + 2].replace(",", "")) - same) <= 5


def parity_table(parity):
    lines = ["| network | ONNX | pyfunc | same class, ONNX | same class, pyfunc |", "|---|---|---|---|---|"]
    for name, found in parity.items():
        (onnx, same_onnx), (pyfunc, same_pyfunc) = found["ONNX"], found["pyfunc"]
        lines.append(f"| {NETWORKS[name]} | {onnx:.1e} | {pyfunc:.1e} | {same_onnx:,} | {same_pyfunc:,} |")
    return "\n".join(lines)
