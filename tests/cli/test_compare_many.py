"""`numlp compare` of three runs and more, as a user calls it."""

import json

import pytest

from numlp.cli.compare import MOST
from sweeps import MULTI, newest_sweep


def test_runs_of_several_seeds_are_one_table_and_one_figure(ready, numlp):
    assert numlp(*MULTI, "norm=none,before", "seed=0,1")[0] == 0
    ids = [run.info.run_id for run in newest_sweep(ready)[1] if "seeds" not in run.data.tags]
    code, out, err = numlp("compare", *ids)
    assert (code, err) == (0, "")
    rows = {line.split("  ")[0]: line.split() for line in out.splitlines()}
    assert sorted(rows["norm.placement"][1:]) == ["before", "before", "none", "none"]
    assert sorted(rows["seed"][1:]) == ["0", "0", "1", "1"]
    (folder,) = ready.glob("build/compare/*")
    assert {path.name for path in folder.iterdir()} == {"comparison.json", "curves.png"}
    content = json.loads((folder / "comparison.json").read_text())
    assert content["choices"].keys() == {"norm.placement", "seed"}
    assert [one["val_images"] for one in content["accuracies"]] == [10_000] * 4
    assert [found["accuracies"][0] for found in content["against_first"]] == [content["accuracies"][0]["test_accuracy"]] * 3
    for run, said in zip(ids, content["accuracies"], strict=True):
        logged = next(each for each in newest_sweep(ready)[1] if each.info.run_id == run).data.metrics
        assert said["val_accuracy"] == pytest.approx(logged["final/val_accuracy"])


def test_a_name_of_several_seeds_as_the_sweep_prints_it_is_a_run_per_seed(ready, numlp):
    out = numlp(*MULTI, "norm=none,before", "seed=0,1")[1]
    names = [line.split()[1] for line in out.splitlines() if line.endswith("-s0,1")]
    assert len(names) == 2
    code, out, err = numlp("compare", *names)
    assert (code, err) == (0, "")
    (folder,) = ready.glob("build/compare/*")
    assert json.loads((folder / "comparison.json").read_text())["runs"] == [name[:-3] + seed for name in names for seed in "01"]
    assert len(folder.name) < 100


@pytest.mark.parametrize("runs", [0, MOST + 1])
def test_fewer_or_more_runs_than_can_be_drawn_are_refused(project, numlp, runs):
    code, out, err = numlp("compare", *(["a"] * runs))
    assert (code, out, err.count("\n")) == (1 if runs else 2, "", 1)
