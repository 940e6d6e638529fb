"""train.health=true, numlp health, numlp compare and numlp lr-range, as a user calls them."""

import json

import pytest

from numlp.files import read_rows, sha256
from numlp.tracking import connect
from numlp.training.history import LayerHealth
from projects import FEW
from sweeps import PIXELS

SHORT = [*FEW, PIXELS, "model=mlp2", "train.epochs=0.18", "train.record.cost=smoothed", "then=[]"]


def test_health_changes_no_bit_of_the_model_and_two_runs_are_compared(ready, numlp):
    for name, more in (("off", []), ("on", ["train.health=true"]), ("none", ["norm=none", "train.health=true"])):
        code, _, err = numlp("train", *SHORT, *more, f"hydra.run.dir=outputs/{name}")
        assert code == 0, err
    assert sha256(ready / "outputs/off/model.npz") == sha256(ready / "outputs/on/model.npz")
    assert read_rows(ready / "outputs/off/health.csv", LayerHealth) == []
    rows = read_rows(ready / "outputs/on/health.csv", LayerHealth)
    assert [(row.step, row.layer) for row in rows] == [(0, 1), (0, 2), (18, 1), (18, 2)]
    client, experiment = connect(ready, "numlp")
    run = next(run for run in client.search_runs([experiment]) if run.data.params["norm"] == "none")
    assert "health/dead/layer1" in run.data.metrics
    assert "health/gamma_mean/layer1" not in run.data.metrics
    assert numlp("health", "outputs/on", "outputs/none")[0] == 0
    code, out, err = numlp("compare", "outputs/on", run.info.run_id)
    assert (code, err) == (0, "")
    assert "norm.placement" in out
    (file,) = ready.glob("build/compare/*/comparison.json")
    content = json.loads(file.read_text())
    assert content["choices"] == {"norm.placement": ["before", "none"]}
    assert sum(content["test"][key] for key in ("both", "first", "second", "neither")) == 10_000
    assert {path.name for path in file.parent.glob("*.png")} == {"curves.png", "classes.png", "only_first.png", "only_second.png"}
    code, _, err = numlp("health", "outputs/off")
    assert code == 1
    assert "train.health=true" in err


@pytest.mark.slow
def test_a_run_that_is_cut_off_ends_with_the_same_health(ready, numlp, monkeypatch):
    asked = [*SHORT, "train.record.every=points", "train.record.points=6", "train.health=true"]
    assert numlp("train", *asked, "hydra.run.dir=outputs/whole")[0] == 0

    def cut(records, *bounds):
        if len(records) == 4:
            raise RuntimeError("cut off")

    with monkeypatch.context() as patched:
        patched.setattr("numlp.training.checkpoint.EVERY", 0)
        patched.setattr("numlp.training.checkpoint.SHARE", 0)
        patched.setattr("numlp.training.fit.check_convergence", cut)
        with pytest.raises(RuntimeError, match="cut off"):
            numlp("train", *asked)
    code, out, _ = numlp("train", *asked, "hydra.run.dir=outputs/resumed")
    assert code == 0
    assert "resumes from step 6" in out
    assert sha256(ready / "outputs/whole/health.csv") == sha256(ready / "outputs/resumed/health.csv")


def test_the_range_test_draws_and_gives_the_overrides(ready, numlp):
    code, out, err = numlp("lr-range", "data=synthetic", "split=9k", "model=mlp2", "lr_range.epochs=1", "hydra.run.dir=outputs/range")
    assert (code, err) == (0, "")
    assert "numlp train data=synthetic split=9k model=mlp2 schedule=cyclical schedule.eta_min=" in out
    assert "lr-range: wrote lr_range.csv, lr_range.png to outputs/range: 100 evaluation points" in out
    assert (ready / "outputs/range/lr_range.png").exists()


def test_of_several_runs_of_a_name_the_newest_is_taken_and_a_run_is_not_compared_with_itself(ready, numlp, caplog):
    for folder in ("one", "two"):
        assert numlp("train", *SHORT, f"hydra.run.dir=outputs/{folder}")[0] == 0
    client, experiment = connect(ready, "numlp")
    newest = client.search_runs([experiment])[0].info
    assert newest.run_name == "mlp2-before-he-synthetic-train0-10000-inputs48-epochs0.18-lam0.005-s0"
    assert numlp("compare", newest.run_name, "outputs/one")[0] == 0
    assert caplog.messages == [f"2 runs are named {newest.run_name}; numlp uses the newest, {newest.run_id}"]
    code, _, err = numlp("compare", newest.run_name, newest.run_name)
    assert code == 1
    assert "compare: expected different runs, got" in err
    assert numlp("compare", "outputs/one", "outputs/one")[0] == 1


def test_a_run_that_is_not_there_is_said_in_a_line(project, numlp):
    code, _, err = numlp("compare", "nothing", "nothing")
    assert code == 1
    assert "run not found: nothing is no directory of a run" in err
