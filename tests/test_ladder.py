"""The ladder: its rungs are experiments that change one another, and its page has the figures of its rows."""

import re
from dataclasses import replace

import pytest
from omegaconf import OmegaConf

from budget import ROOT
from ladder.rows import TABLE, Row, read
from ladder.rungs import RUNGS
from ladder.stats import steps, table_row
from ladder.train import read_run

ROW = Row("l01_start", 0, "", 100, 20.0, 60.0, 0.53, 0.52, float("nan"), 2, "Haswell", "a CPU", "8114")


def test_each_rung_is_a_file_whose_defaults_name_an_earlier_rung():
    files = sorted(path.stem for path in (ROOT / "conf/experiment").glob("l[0-9][0-9]_*.yaml"))
    assert sorted({rung.experiment for rung in RUNGS}) == files
    earlier = {"/defaults/reports"}
    for rung in RUNGS:
        if not rung.flipped:
            base = OmegaConf.load(ROOT / "conf/experiment" / f"{rung.experiment}.yaml").defaults[0]
            assert base == (rung.after or "/defaults/reports")
            assert base in earlier
        earlier.add(rung.experiment)


def test_means_intervals_and_gains_follow_from_the_rows():
    first = [replace(ROW, seed=seed, test_accuracy=value) for seed, value in enumerate((0.50, 0.52, 0.54))]
    second = [replace(ROW, experiment=RUNGS[1].experiment, seed=s, test_accuracy=v) for s, v in enumerate((0.53, 0.55, 0.57))]
    one, two = steps([*first, *second])
    assert (one.mean, one.sd, one.minutes) == (pytest.approx(52), pytest.approx(2), pytest.approx(1))
    assert one.margin == pytest.approx(4.302652729911275 * 2 * (4 / 3) ** 0.5)  # Student's t of two degrees of freedom, 97.5 %
    assert (two.gain, two.low, two.high) == (pytest.approx(3), pytest.approx(3), pytest.approx(3))  # each seed gains the same


def test_rung_trains_with_augmented_images(ready, numlp):
    small = ["data=synthetic", "split.train=[0,1000]", "split.val=[1000,1200]", "model.hidden=[8]", "moments.images=100"]
    code, _, err = numlp("train", "+experiment=l13_augmented_longer", *small, "train.epochs=1.1", "then=[evaluate]", "hydra.run.dir=rung")
    assert code == 0, err
    row = read_run(ready / "rung", "l13_augmented_longer")
    assert (row.epochs, row.seed, "flip" in row.augmentation) == (pytest.approx(1.1), 0, True)
    assert 0.1 < row.test_accuracy < 1


def test_table_of_the_page_is_what_its_rows_give():
    page = (ROOT / "docs/ladder.md").read_text().splitlines()
    rows = read(ROOT / TABLE)
    assert [line for line in page if re.match(r"\| \d+ `l\d\d_", line)] == [table_row(step) for step in steps(rows)]
    assert all(len(row.archive) == 64 for row in rows)
