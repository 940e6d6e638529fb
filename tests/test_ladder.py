"""The ladder: its rungs are experiments that change one another, and its page is what its rows give."""

from dataclasses import replace

import numpy as np
import pytest
from omegaconf import OmegaConf

from ladder.anchors import ANCHORS
from ladder.page import PAGES, data_set, render
from ladder.pictures import GRID, calibration, draw_calibration, draw_confusion_change, draw_weights
from ladder.plot import draw
from ladder.rows import TABLE, Row, add, read
from ladder.rungs import RUNGS
from ladder.stats import steps
from ladder.train import missing, read_run
from numlp.data.raw import RawData
from numlp.errors import UserError
from numlp.runs import predictions
from projects import ROOT

ROW = Row("l01_start", 0, "", 100, 20.0, 60.0, 0.53, 0.52, float("nan"), 2, "Haswell", "a CPU", "8114")


def names():
    return list(dict.fromkeys(rung.experiment for rung in RUNGS))


def test_each_rung_is_a_file_whose_defaults_name_the_rung_it_changes():
    files = sorted(path.stem for path in (ROOT / "conf/experiment").glob("l[0-9][0-9]_*.yaml"))
    assert sorted(names()) == files
    for rung in RUNGS:
        if not rung.flipped:
            content = OmegaConf.load(ROOT / "conf/experiment" / f"{rung.experiment}.yaml")
            assert content.defaults[0] == (rung.after or "/defaults/reports")


def test_a_rung_is_compared_with_one_before_it():
    seen = set()
    for rung in RUNGS:
        assert rung.after in seen or rung is RUNGS[0] or rung.flipped
        seen.add(rung.experiment)


def test_means_intervals_and_gains_follow_from_the_rows():
    first = [replace(ROW, seed=seed, test_accuracy=value) for seed, value in enumerate((0.50, 0.52, 0.54))]
    second = [replace(ROW, experiment=RUNGS[1].experiment, seed=s, test_accuracy=v) for s, v in enumerate((0.53, 0.55, 0.57))]
    one, two = steps([*first, *second])
    assert (one.mean, one.sd, one.minutes) == (pytest.approx(52), pytest.approx(2), pytest.approx(1))
    assert one.margin == pytest.approx(4.302652729911275 * 2 * (4 / 3) ** 0.5)  # Student's t of two degrees of freedom, 97.5 %
    assert (two.gain, two.low, two.high) == (pytest.approx(3), pytest.approx(3), pytest.approx(3))  # each seed gains the same


def test_a_row_takes_the_place_of_an_earlier_one_of_the_same_run(tmp_path):
    path = tmp_path / "ladder.csv"
    for row in (replace(ROW, seed=1), ROW, replace(ROW, test_accuracy=0.6)):
        add(path, row)
    assert [(row.seed, row.test_accuracy) for row in read(path)] == [(0, 0.6), (1, 0.52)]


def test_only_runs_without_a_row_are_missing(tmp_path, monkeypatch):
    monkeypatch.setattr("ladder.train.TABLE", tmp_path / "ladder.csv")
    add(tmp_path / "ladder.csv", ROW)
    assert missing(["l01_start", "l02_wider"], [0, 1]) == [("l02_wider", 0), ("l01_start", 1), ("l02_wider", 1)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_what_its_rows_give(page):
    rows = read(ROOT / TABLE)
    assert (ROOT / page).read_text() == render(page, steps(rows), rows)
    assert "JPEG rebuild" in data_set(rows)
    assert all(len(row.archive) == 64 for row in rows)


def test_the_plot_numbers_each_rung_once_and_names_the_published_accuracies():
    figure = draw(steps(read(ROOT / TABLE)), "CIFAR-10")
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert sorted(texts) == sorted([*(str(rung.number) for rung in RUNGS), *(anchor.label for anchor in ANCHORS)])


def test_an_unknown_rung_is_told(monkeypatch):
    from ladder.train import train

    with pytest.raises(UserError, match=r"ladder: expected rungs of l01_start, .*, got 'l99'"):
        train(["l99"], [0])


def test_calibration_is_confidence_accuracy_and_share_by_bin():
    probabilities = np.array([[0.95, 0.05], [0.93, 0.07], [0.45, 0.55], [0.45, 0.55]])
    confidence, found, share = calibration(probabilities, np.array([0, 1, 1, 1]))
    assert (confidence[9], found[9], share[9]) == (pytest.approx(0.94), 0.5, 0.5)
    assert (confidence[5], found[5], share[5]) == (pytest.approx(0.55), 1.0, 0.5)
    assert np.isnan(found[0])
    assert share.sum() == 1


PRECISE = ("moments.images=100",)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "more"), [("l03_dropout", ()), ("l09_longer", PRECISE), ("l12_cutout", ()), ("l13_augmented_longer", PRECISE)]
)
def test_the_rungs_that_end_each_way_up_train(name, more, ready, numlp):
    short = ["data=synthetic", "split=9k", "model.hidden=[8]", "train.epochs=1.1", "then=[evaluate]", "hydra.run.dir=rung"]
    code, out, err = numlp("train", f"+experiment={name}", *short, *more)
    assert code == 0, err
    row = read_run(ready / "rung", name)
    assert (row.epochs, row.seed) == (pytest.approx(1.1), 0)
    assert (row.augmentation != "") == ("flip" in out.splitlines()[0])
    assert 0.1 < row.test_accuracy < 1
    assert np.isnan(row.test_flip_accuracy) != (name == RUNGS[-1].experiment)


def test_the_pictures_show_what_the_networks_say():
    rng = np.random.default_rng(0)
    probabilities = tuple(rng.dirichlet(np.ones(10), 1000) for _ in range(2))
    names = [f"class {i}" for i in range(10)]
    found = predictions.TestPredictions(
        (),
        (),
        RawData(np.zeros((60_000, 3072), np.uint8), np.zeros(60_000, np.uint8), names, "random", {}),
        rng.integers(0, 10, 1000),
        probabilities,
    )
    texts = draw_confusion_change([found, found]).axes[0].texts
    numbers = np.array([int(text.get_text()) for text in texts])
    assert numbers.reshape(10, 10).sum(axis=1).tolist() == [0] * 10  # each class has as many images in both
    assert numbers.any()
    assert [text.get_weight() == "bold" for text in texts] == (numbers != 0).tolist()  # the same pair twice: each change has one sign
    opposite = replace(found, probabilities=probabilities[::-1])
    assert {text.get_text() for text in draw_confusion_change([found, opposite]).axes[0].texts} == {"0"}
    labels = [text.get_text() for text in draw_calibration(found, ("plain", "smooth")).axes[0].get_legend().get_texts()]
    assert [label.split(":")[0] for label in labels] == ["plain", "smooth"]


def test_the_weights_stand_side_by_side():
    rng = np.random.default_rng(0)
    first = rng.normal(size=(3072, GRID**2))
    figure = draw_weights([first, -first], ("without", "with"), "random")
    left, right = (axes.images[0].get_array() for axes in figure.axes)
    assert [axes.get_title() for axes in figure.axes] == ["without", "with"]
    assert left[0, 0, 0] == pytest.approx(1 - right[0, 0, 0])  # the first pixel of the first unit: opposite weights
    assert left[:, -1].min() == 1  # white between the units
