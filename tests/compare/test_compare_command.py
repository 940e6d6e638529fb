"""`numlp compare` and `numlp health` of runs, as a user calls them."""

import io
import json

import numpy as np
import pytest
from rich.console import Console

from numlp.compare.class_plot import draw_class_accuracies, largest_differences
from numlp.compare.command import MOST, Comparison, tabulate
from numlp.compare.paired_test import compare_paired
from numlp.files import read_rows, sha256
from numlp.tracking.store import connect
from numlp.training.history import LayerHealth
from projects import FEW
from sweeps import MULTI, PIXELS, table

SHORT = [*FEW, PIXELS, "model=mlp2", "train.epochs=0.18", "train.record.cost=smoothed", "then=[]"]


def comparison(root):
    (file,) = root.glob("build/compare/*/comparison.json")
    assert {path.name for path in file.parent.iterdir()} == {"comparison.json", "curves.png", "classes.png"}
    return json.loads(file.read_text())


def test_two_runs_by_directory_name_and_id_with_their_health(ready, numlp, caplog):
    for name, more in (("off", []), ("on", ["train.health=true"]), ("none", ["norm=none", "train.health=true"])):
        code, _, err = numlp("train", *SHORT, *more, f"hydra.run.dir=outputs/{name}")
        assert code == 0, err
    assert sha256(ready / "outputs/off/model.npz") == sha256(ready / "outputs/on/model.npz")
    assert read_rows(ready / "outputs/off/health.csv", LayerHealth) == []
    rows = read_rows(ready / "outputs/on/health.csv", LayerHealth)
    assert [(row.step, row.layer) for row in rows] == [(0, 1), (0, 2), (18, 1), (18, 2)]
    client, experiment = connect(ready, "numlp")
    logged = next(run for run in client.search_runs([experiment]) if run.data.params["norm"] == "none")
    assert "health/dead/layer1" in logged.data.metrics
    assert "health/gamma_mean/layer1" not in logged.data.metrics

    assert numlp("health", "outputs/on", "outputs/none")[0] == 0
    assert (ready / "build/health/health.png").exists()
    code, _, err = numlp("health", "outputs/off")
    assert (code, "train.health=true" in err) == (1, True)

    code, out, err = numlp("compare", "outputs/on", logged.info.run_id)
    assert (code, err) == (0, "")
    assert ["norm.placement", "before", "none"] in [line.split() for line in out.splitlines()]
    content = comparison(ready)
    assert content["choices"] == {"norm.placement": ["before", "none"]}
    (test,) = content["against_first"]
    assert sum(test[key] for key in ("both", "first", "second", "neither")) == test["n"] == 10_000
    assert sum(tests[0]["n"] for tests in content["classes"].values()) == 10_000
    assert numlp("compare", "outputs/on", "outputs/on")[0] == 1

    off, on = (json.loads((ready / f"outputs/{folder}/run.json").read_text()) for folder in ("off", "on"))
    assert off["name"] == on["name"]
    assert numlp("compare", on["name"], "outputs/off")[0] == 0
    assert on["run_id"] in caplog.text  # the newest run of the name


def test_names_of_several_seeds_stand_for_a_run_per_seed(ready, numlp):
    assert numlp(*MULTI, "norm=none,before", "seed=0,1")[0] == 0
    names = [row["run"] for row in table(ready)]
    assert [name[-4:] for name in names] == ["s0,1"] * 2
    code, _, err = numlp("compare", *names)
    assert (code, err) == (0, "")
    content = comparison(ready)
    runs = [name[:-3] + seed for name in names for seed in "01"]
    assert content["runs"] == runs
    assert content["choices"].keys() == {"norm.placement", "seed"}
    assert [test["accuracies"][0] for test in content["against_first"]] == [content["accuracies"][0]["test_accuracy"]] * 3
    client, experiment = connect(ready, "numlp")
    logged = {run.info.run_name: run.data.metrics for run in client.search_runs([experiment])}
    for name, accuracies in zip(runs, content["accuracies"], strict=True):
        assert accuracies["val_images"] == 10_000
        assert accuracies["val_accuracy"] == pytest.approx(logged[name]["final/val_accuracy"])


@pytest.mark.parametrize(("runs", "code"), [([], 2), (["nothing", "nothing"], 1), (["a"] * (MOST + 1), 1)])
def test_runs_that_cannot_be_compared_are_refused_in_a_line(project, numlp, runs, code):
    assert (numlp("compare", *runs)[0], numlp("compare", *runs)[2].count("\n")) == (code, 1)


def three_runs():
    """Three runs of which the second is better in the class "even", and the third worse in all."""
    images = np.arange(1000)
    masks = [images < 500, (images < 500) | ((images < 900) & (images % 2 == 0)), images < 300]
    among = {"all": images >= 0, "even": images % 2 == 0, "[odd]": images % 2 == 1}
    return {name: [compare_paired(masks[0][mask], other[mask]) for other in masks[1:]] for name, mask in among.items()}


def test_table_has_a_column_per_run():
    classes = three_runs()
    whole = classes.pop("all")
    accuracies = [{"val_accuracy": 0.5, "val_images": n, "test_accuracy": 0.5} for n in (200, 100, 100)]
    choices = {"lam": [0.1, 0.01234567, None], "model.hidden": [[50, 50], [20], [20]]}
    console = Console(record=True, width=100, file=io.StringIO())
    console.print(tabulate(Comparison(["x", "[red]", "z"], "synthetic", choices, accuracies, whole, classes)))
    lines = [line.split() for line in console.export_text().splitlines()]
    for line in (
        ["B", "[red]"],
        ["lam", "0.1", "0.01235", "-"],
        ["model.hidden", "[50,50]", "[20]", "[20]"],
        ["of", "n", "images", "200", "100", "100"],
        ["minus", "A", "+20.00", "-20.00"],
        ["even", "%", "50.00", "*", "90.00", "*", "30.00"],
        ["[odd]", "%", "50.00", "50.00", "*", "30.00"],
    ):
        assert line in lines


def test_classes_are_drawn_with_the_differences_from_the_first_run():
    classes = three_runs()
    whole = classes.pop("all")
    figure = draw_class_accuracies(classes, whole, ["A", "B", "C"], "title")
    left, right = figure.axes
    assert [label.get_text() for label in left.get_yticklabels()] == ["[odd]", "even", "all classes"]
    drawn = [line.get_xdata()[0] for line in right.lines if line.get_marker() != "None"]
    assert drawn == pytest.approx([0, -20, 40, -20, 20, -20])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["A", "B", "C"]


def test_of_many_classes_those_that_differ_most_are_shown():
    none, *_, most = tests = [[compare_paired(np.arange(9) < 0, np.arange(9) < n % 10)] for n in range(50)]
    shown = largest_differences({str(n): each for n, each in enumerate(tests)})
    assert len(shown) == 20
    assert most in shown.values() and none not in shown.values()
    assert list(shown) == sorted(shown, key=int)
