"""`numlp train` as a user and as a stage calls it."""

import json

import numpy as np
import pytest

from numlp.history import Record
from numlp.rows import read_rows
from numlp.tracking import connect

SHORT = ["data=synthetic", "train.epochs=0.02"]  # 9 updates


def runs(root):
    client, experiment = connect(root, "numlp")
    return client, client.search_runs([experiment])


def only(folder, pattern):
    (found,) = folder.glob(pattern)
    return found


def test_a_run_keeps_its_model_history_metrics_and_plots_in_a_folder_of_its_own(with_data, numlp):
    code, out, err = numlp("train", *SHORT)
    assert code == 0, err
    assert "synthetic" in out
    folder = only(with_data, "outputs/train/*/*")
    names = {path.name for path in folder.iterdir()}
    assert {"config.json", "model.npz", "history.csv", "metrics.json", "confusion.csv", "classes.csv", "mistakes.npz"} <= names
    assert {path.name for path in (folder / "plots").iterdir()} == {"curves.png", "confusion.png", "first_layer.png", "mistakes.png"}
    assert [record.step for record in read_rows(folder / "history.csv", Record)] == [0, 9]
    assert set(json.loads((folder / "metrics.json").read_text())) == {
        "dataset",
        *(f"{split}_{what}" for split in ("train", "val", "test") for what in ("accuracy", "cost")),
    }


def test_a_run_is_an_mlflow_run_with_params_metrics_tags_and_files(with_data, numlp):
    assert numlp("train", *SHORT, "model=mlp2", "norm=none")[0] == 0
    client, (run,) = runs(with_data)
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "mlp2-none-he-synthetic-lam0.005-s0"
    chosen = {"model": "mlp2", "norm": "none", "init": "he", "model.hidden": "[50]", "lam": "0.005", "seed": "0"}
    assert chosen.items() <= run.data.params.items()
    assert {"final/train_accuracy", "final/val_accuracy", "final/test_accuracy", "best/val_accuracy"} <= run.data.metrics.keys()
    assert [metric.step for metric in client.get_metric_history(run.info.run_id, "cost/val")] == [0, 9]
    assert {"dataset", "config_digest", "model_digest"} <= run.data.tags.keys()
    assert run.inputs.dataset_inputs[0].dataset.name == "synthetic, seed 0"
    files = {item.path for item in client.list_artifacts(run.info.run_id)}
    assert {"config.json", "model.npz", "history.csv", "metrics.json", "plots"} <= files


def test_a_multirun_makes_a_run_of_each_combination(with_data, numlp):
    code, _, err = numlp("train", "-m", *SHORT, "norm=none,before", "init=he,xavier", "then=[evaluate]", "hydra/launcher=basic")
    assert code == 0, err
    _, all_runs = runs(with_data)
    found = [run for run in all_runs if "mlflow.parentRunId" in run.data.tags]
    assert len(all_runs) == len(found) + 1
    assert sorted((run.data.params["norm"], run.data.params["init"]) for run in found) == [
        ("before", "he"),
        ("before", "xavier"),
        ("none", "he"),
        ("none", "xavier"),
    ]
    assert {run.info.status for run in found} == {"FINISHED"}
    assert len({run.data.tags["model_digest"] for run in found}) == 4
    assert len(list(with_data.glob("multirun/*/*/*/metrics.json"))) == 4


def test_stages_add_to_the_run_of_the_model_they_read(with_data, numlp):
    for stage in ("train", "evaluate", "plot"):
        code, _, err = numlp(stage, "+stage=pipeline", *SHORT)
        assert code == 0, err
    client, (run,) = runs(with_data)
    assert run.info.status == "FINISHED"
    metrics = json.loads((with_data / "build/evaluate/metrics.json").read_text())
    assert run.data.metrics["final/test_accuracy"] == metrics["test_accuracy"]
    assert "plots/curves.png" in {item.path for item in client.list_artifacts(run.info.run_id, "plots")}


def test_another_split_is_made_on_demand(with_data, numlp):
    assert numlp("train", *SHORT, "split=9k", "then=[]")[0] == 0
    choices = json.loads(str(np.load(only(with_data, "outputs/train/*/*/model.npz"))["choices"]))
    assert choices["split"] == {"train": [0, 9000], "val": [9000, 10000]}


@pytest.mark.parametrize("moments", ["precise", "adaptive"])
def test_moments_of_another_kind_replace_the_moving_average(with_data, numlp, moments):
    bn = {}
    for name, more in (("ema", []), (moments, [f"moments={moments}", "moments.images=1000"])):
        code, out, err = numlp("train", *SHORT, *more, "then=[]", f"hydra.run.dir=outputs/{name}")
        assert code == 0, err
        with np.load(with_data / "outputs" / name / "model.npz") as arrays:
            bn[name] = {key: arrays[key] for key in arrays.files if key != "choices"}
    assert (bn["ema"]["linear1.W"] == bn[moments]["linear1.W"]).all()
    assert (bn["ema"]["bn1.mean"] != bn[moments]["bn1.mean"]).all()
    assert ("test images (never their labels)" in out) == (moments == "adaptive")


def test_a_failed_run_ends_failed_with_its_error(with_data, numlp, monkeypatch):
    def broken(*_args):
        raise RuntimeError("no luck")
        yield

    monkeypatch.setattr("numlp.fit.train", broken)
    with pytest.raises(RuntimeError, match="no luck"):
        numlp("train", *SHORT)
    _, (run,) = runs(with_data)
    assert run.info.status == "FAILED"
    assert "no luck" in run.data.tags["error"]


def test_the_model_file_names_no_folder_of_the_machine(with_data, numlp):
    assert numlp("train", *SHORT, "then=[]")[0] == 0
    choices = str(np.load(only(with_data, "outputs/train/*/*/model.npz"))["choices"])
    assert str(with_data) not in choices
    assert "/" not in choices


def test_the_config_is_shown_without_training(project, numlp):
    code, out, _ = numlp("train", "--cfg", "job")
    assert code == 0
    assert "hidden:" in out
    assert not (project / "outputs").exists()
