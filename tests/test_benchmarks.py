"""The benchmarks run, in miniature; what they measure is no test's business."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks.libraries import best
from benchmarks.lower_bound import operands
from benchmarks.report import side_by_side
from benchmarks.result import Row, Table
from benchmarks.stats import Spread
from benchmarks.task import Task

ROOT = Path(__file__).resolve().parents[1]
ROWS = {
    "step": "| 3 layers, batch norm | 2 |",
    "wide": "| [2048, 1024, 512] | Adam | 500 |",
    "growth": "| 1000 |",
    "profile": "| gather |",
    "command": "peak memory of that command",
    "sweep": "| `numlp train -m` (joblib, two processes) |",
}


def bench(*arguments):
    command = [sys.executable, "-m", "benchmarks", "--repeats", "1", "--scale", "0.005", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("part", ROWS)
def test_a_part_prints_its_rows_and_a_rehearsal_leaves_the_page_alone(part):
    page = ROOT / "docs" / "benchmarks.md"
    before = page.read_bytes()
    run = bench(part)
    assert run.returncode in (0, 1), run.stderr  # 1: a target is missed, as in so short a time it may be
    assert ROWS[part] in run.stdout
    assert page.read_bytes() == before
    assert f"PART={part}`" in (ROOT / "build" / "bench" / "benchmarks.md").read_text()


def test_an_unknown_part_is_refused_by_name():
    run = bench("speed")
    assert run.returncode == 2
    assert "got speed" in run.stderr


def test_the_lower_bound_makes_the_products_of_a_step_and_no_more():
    task = Task("all_layers", Path(), hidden=(7, 5), batch=4)
    x = np.ones((4, task.sizes[0]), np.float32)
    weights, gradients, products = operands(task, x, 3)
    count = sum(a * b for a, b in pairwise(task.sizes))
    assert weights.size == gradients.size == count
    made = sum(a.shape[0] * a.shape[1] * b.shape[1] for a, b, _ in products)
    assert made == 4 * (3 * count - task.sizes[0] * task.sizes[1])  # forward, and backward twice except at the images
    for a, b, out in products:
        np.dot(a, b, out=out)  # every shape fits
    assert gradients.all()


def test_results_of_two_kernels_stand_row_beside_row():
    tables = {kernel: Table("time", ["network", "ms"], [["narrow", kernel[0]], ["wide", kernel[1]]]) for kernel in ("ab", "cd")}
    table = side_by_side(tables)
    assert table.head == ["network", "kernel", "ms"]
    assert table.rows == [["narrow", "ab", "a"], ["narrow", "cd", "c"], ["wide", "ab", "b"], ["wide", "cd", "d"]]


def test_each_library_counts_with_its_better_number_of_threads():
    seconds = {("ours", 1): [2.0, 2.0, 9.0], ("ours", 2): [3.0, 3.0, 1.0], ("JAX", 2): [1.0, 1.0, 1.0]}
    assert best(seconds, "ours") == ("ours", 1)
    assert best(seconds, "JAX") == ("JAX", 2)
    assert best(seconds, "PyTorch") is None


@pytest.mark.parametrize(("median", "verdict"), [(1.4, "NO"), (1.5, "yes"), (2.0, "aim")])
def test_a_verdict_names_the_target_that_the_median_reaches(median, verdict):
    assert Row("JAX / ours", Spread(median, 0, 9, 7), 1.5, 2, least=True).verdict == verdict
    assert Row("ours / products", Spread(1 / median, 0, 9, 7), 1 / 1.5, 0.5).verdict == verdict
