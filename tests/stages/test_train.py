"""`numlp train` as a user and as a stage calls it."""

import json

import numpy as np
import pytest

from numlp.config.compose import compose_project
from numlp.data.sources import settings_of
from numlp.files import read_rows
from numlp.tracking.store import connect
from numlp.training.history import Record
from projects import FEW
from sweeps import PIXELS

SHORT = ["train", *FEW, "train.epochs=0.09", "hydra.run.dir=out"]  # 9 updates
SMALL = [*SHORT, PIXELS, "then=[]"]


def runs(root):
    client, experiment = connect(root, "numlp")
    return client, client.search_runs([experiment])


def settings(root):
    return json.loads(str(np.load(root / "out/model.npz")["choices"]))


def test_run_keeps_its_files_in_a_folder_of_its_own_and_is_an_mlflow_run_that_has_them(ready, numlp):
    code, out, err = numlp(*SHORT[:-1], "model=mlp2", "norm=none")
    assert code == 0, err
    (folder,) = ready.glob("outputs/train/*/*")
    assert str(folder.relative_to(ready)) in out.splitlines()[-1]
    assert (ready / "outputs/last").resolve() == folder
    names = {path.name for path in folder.iterdir()}
    assert {"config.json", "model.npz", "history.csv", "metrics.json", "confusion.csv", "classes.csv", "mistakes.npz"} <= names
    assert {path.name for path in (folder / "plots").iterdir()} == {"curves.png", "confusion.png", "first_layer.png", "mistakes.png"}
    assert [record.step for record in read_rows(folder / "history.csv", Record)] == [0, 9]
    metrics = json.loads((folder / "metrics.json").read_text())
    assert set(metrics) == {"dataset", *(f"{split}_{score}" for split in ("train", "val", "test") for score in ("accuracy", "cost"))}
    assert "/" not in str(np.load(folder / "model.npz")["choices"])  # no folder of the machine
    client, (run,) = runs(ready)
    assert (run.info.status, run.info.run_name) == ("FINISHED", "mlp2-none-he-synthetic-train0-10000-epochs0.09-lam0.005-s0")
    chosen = {"model": "mlp2", "norm": "none", "init": "he", "model.hidden": "[50]", "lam": "0.005", "seed": "0"}
    assert chosen.items() <= run.data.params.items()
    assert {"final/train_accuracy", "final/val_accuracy", "final/test_accuracy", "best/val_accuracy"} <= run.data.metrics.keys()
    assert [metric.step for metric in client.get_metric_history(run.info.run_id, "cost/val")] == [0, 9]
    assert {"dataset", "config_digest", "model_digest"} <= run.data.tags.keys()
    assert run.inputs.dataset_inputs[0].dataset.name == "synthetic, seed 0"
    files = {item.path for item in client.list_artifacts(run.info.run_id)}
    assert {"config.json", "model.npz", "history.csv", "metrics.json", "plots"} <= files


def test_users_file_named_like_the_link_to_the_last_run_stays(ready, numlp):
    (ready / "outputs").mkdir()
    (ready / "outputs/last").write_text("mine")
    assert numlp(*SMALL[:-1], "then=[]")[0] == 0
    assert (ready / "outputs/last").read_text() == "mine"


def test_stages_add_to_the_run_of_the_model_they_read(ready, numlp):
    for stage in ("train", "evaluate", "plot"):
        code, _, err = numlp(stage, "+stage=pipeline", *FEW, "train.epochs=0.09")
        assert code == 0, err
    client, (run,) = runs(ready)
    assert run.info.status == "FINISHED"
    metrics = json.loads((ready / "build/evaluate/metrics.json").read_text())
    assert run.data.metrics["final/test_accuracy"] == metrics["test_accuracy"]
    assert "plots/curves.png" in {item.path for item in client.list_artifacts(run.info.run_id, "plots")}


def test_settings_are_in_the_model_and_its_run_and_arrays_of_another_split_are_made(ready, numlp, monkeypatch):
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.01")
    code, _, err = numlp(*SMALL, "split.train=[0,9000]", "train.threads=2", "tracking.system_metrics=true", "train.epochs=2")
    assert code == 0, err
    choices = settings(ready)
    assert (choices["train"]["threads"], choices["split"]) == (2, {"train": [0, 9000], "val": [10000, 10500]})
    _, (run,) = runs(ready)
    assert run.data.params["train.threads"] == "2"
    assert {"system/cpu_utilization_percentage", "system/disk_usage_megabytes"} <= run.data.metrics.keys()
    assert not [name for name in (*choices, *run.data.params) if name.startswith("tracking")]


def test_moments_of_another_kind_replace_the_moving_average(ready, numlp):
    arrays, noted = {}, {}
    for moments, more in (("ema", []), ("precise", ["moments.images=1000"]), ("adaptive", ["moments.images=1000"])):
        code, out, err = numlp(*SHORT, f"moments={moments}", *more, "then=[]")
        assert code == 0, err
        noted[moments] = "test images (never their labels)" in out
        with np.load(ready / "out/model.npz") as file:
            arrays[moments] = {key: file[key] for key in ("linear1.W", "bn1.mean")}
    for moments in ("precise", "adaptive"):
        assert (arrays["ema"]["linear1.W"] == arrays[moments]["linear1.W"]).all()
        assert (arrays["ema"]["bn1.mean"] != arrays[moments]["bn1.mean"]).all()
    assert noted == {"ema": False, "precise": False, "adaptive": True}


@pytest.mark.parametrize("settings", ["norm=before", "norm=after", "moments=precise"])
def test_batch_norm_over_batches_of_one_image_is_refused_by_both_settings(project, numlp, settings):
    code, _, err = numlp("train", "data=synthetic", "split=first100", "train.batch_size=1", settings)
    assert code == 1
    assert "batch_size=1" in err and "norm=" in err
    assert not (project / "mlruns").exists()


def test_last_batch_of_one_image_is_harmless(ready, numlp):
    costs = []
    for size in (50, 51):  # 101 images: a last batch of one, and one of fifty
        split = ["split.train=[0,101]", "split.val=[101,301]"]
        code, _, err = numlp(*SMALL, *split, "train.epochs=20", f"train.batch_size={size}")
        assert code == 0, err
        costs.append([record.train_cost for record in read_rows(ready / "out/history.csv", Record)])
    assert costs[0][-1] < costs[0][0]
    assert costs[0][-1] == pytest.approx(costs[1][-1], rel=0.2)


def test_config_of_a_run_names_the_archive_that_it_was_trained_on(ready, numlp, synthetic):
    download = ready / "build/download"
    download.unlink()
    download.mkdir()
    for name in ("images.npy", "labels.npy"):
        (download / name).symlink_to(synthetic / name)
    info = json.loads((synthetic / "dataset.json").read_text())
    info |= {
        "name": "CIFAR-10, archive abababab... (not the official file)",
        "origin": {"archive_sha256": "ab" * 32, "asked": settings_of(compose_project(ready).data)},
    }
    (download / "dataset.json").write_text(json.dumps(info))
    code, _, err = numlp(*SMALL, "data=cifar10")
    assert code == 0, err
    assert json.loads((ready / "out/config.json").read_text())["data"]["sha256"] == "ab" * 32
    _, (run,) = runs(ready)
    assert run.data.params["data.sha256"] == "ab" * 32
