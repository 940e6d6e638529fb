"""`numlp train` as a user and as a stage calls it."""

import json

import numpy as np
import pytest

from numlp.files import read_rows
from numlp.tracking import connect
from numlp.training.history import Record
from projects import FEW
from sweeps import PIXELS

SHORT = [*FEW, "train.epochs=0.09"]  # 9 updates


def runs(root):
    client, experiment = connect(root, "numlp")
    return client, client.search_runs([experiment])


def only(folder, pattern):
    (found,) = folder.glob(pattern)
    return found


def test_a_run_keeps_its_files_in_a_folder_of_its_own_and_is_an_mlflow_run_that_has_them(ready, numlp):
    code, out, err = numlp("train", *SHORT, "model=mlp2", "norm=none")
    assert code == 0, err
    assert "synthetic" in out
    folder = only(ready, "outputs/train/*/*")
    assert str(folder.relative_to(ready)) in out.splitlines()[-1]
    assert (ready / "outputs" / "last").resolve() == folder
    names = {path.name for path in folder.iterdir()}
    assert {"config.json", "model.npz", "history.csv", "metrics.json", "confusion.csv", "classes.csv", "mistakes.npz"} <= names
    assert {path.name for path in (folder / "plots").iterdir()} == {"curves.png", "confusion.png", "first_layer.png", "mistakes.png"}
    assert [record.step for record in read_rows(folder / "history.csv", Record)] == [0, 9]
    assert set(json.loads((folder / "metrics.json").read_text())) == {
        "dataset",
        *(f"{split}_{what}" for split in ("train", "val", "test") for what in ("accuracy", "cost")),
    }
    assert "/" not in str(np.load(folder / "model.npz")["choices"])  # no folder of the machine
    client, (run,) = runs(ready)
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "mlp2-none-he-synthetic-train0-10000-epochs0.09-lam0.005-s0"
    chosen = {"model": "mlp2", "norm": "none", "init": "he", "model.hidden": "[50]", "lam": "0.005", "seed": "0"}
    assert chosen.items() <= run.data.params.items()
    assert {"final/train_accuracy", "final/val_accuracy", "final/test_accuracy", "best/val_accuracy"} <= run.data.metrics.keys()
    assert [metric.step for metric in client.get_metric_history(run.info.run_id, "cost/val")] == [0, 9]
    assert {"dataset", "config_digest", "model_digest"} <= run.data.tags.keys()
    assert run.inputs.dataset_inputs[0].dataset.name == "synthetic, seed 0"
    files = {item.path for item in client.list_artifacts(run.info.run_id)}
    assert {"config.json", "model.npz", "history.csv", "metrics.json", "plots"} <= files


def test_a_file_of_the_user_named_like_the_link_to_the_last_run_stays(ready, numlp):
    (ready / "outputs").mkdir()
    (ready / "outputs" / "last").write_text("mine")
    assert numlp("train", *SHORT, PIXELS, "model=mlp2", "then=[]")[0] == 0
    assert (ready / "outputs" / "last").read_text() == "mine"


def test_a_multirun_makes_a_run_of_each_combination(ready, numlp):
    code, _, err = numlp("train", "-m", *SHORT, PIXELS, "norm=none,before", "init=he,xavier", "then=[evaluate]", "hydra/launcher=basic")
    assert code == 0, err
    _, all_runs = runs(ready)
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
    assert len(list(ready.glob("multirun/*/*/*/metrics.json"))) == 4


def test_stages_add_to_the_run_of_the_model_they_read(ready, numlp):
    for stage in ("train", "evaluate", "plot"):
        code, _, err = numlp(stage, "+stage=pipeline", *SHORT)
        assert code == 0, err
    client, (run,) = runs(ready)
    assert run.info.status == "FINISHED"
    metrics = json.loads((ready / "build/evaluate/metrics.json").read_text())
    assert run.data.metrics["final/test_accuracy"] == metrics["test_accuracy"]
    assert "plots/curves.png" in {item.path for item in client.list_artifacts(run.info.run_id, "plots")}


@pytest.mark.parametrize(("width", "told"), [(159, False), (170, True)])
def test_a_wide_network_is_told_of_more_threads(ready, numlp, monkeypatch, width, told):
    monkeypatch.setattr("numlp.stages.train.cores", lambda: 4)
    code, out, _ = numlp("train", *SHORT, "model.inputs=3072", f"model.hidden=[{width}]", "train.batch_size=100", "then=[]")
    assert code == 0
    assert ("train.threads=4" in out) is told


def test_threads_are_among_the_settings_of_the_model_and_of_its_run(ready, numlp):
    assert numlp("train", *SHORT, "train.threads=2", "then=[]")[0] == 0
    assert json.loads(str(np.load(only(ready, "outputs/train/*/*/model.npz"))["choices"]))["train"]["threads"] == 2
    _, (run,) = runs(ready)
    assert run.data.params["train.threads"] == "2"


@pytest.mark.parametrize("wanted", [False, True])
def test_system_metrics_are_logged_where_asked_for_and_are_no_setting_of_the_run(ready, numlp, monkeypatch, wanted):
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.01")
    arguments = [*FEW, "train.epochs=2", "then=[]", "hydra.run.dir=outputs/run"]
    assert numlp("train", *arguments, *(["tracking.system_metrics=true"] if wanted else []))[0] == 0
    _, (run,) = runs(ready)
    sampled = {name for name in run.data.metrics if name.startswith("system/")}
    needed = {"system/cpu_utilization_percentage", "system/system_memory_usage_megabytes", "system/disk_usage_megabytes"}
    assert needed <= sampled if wanted else not sampled
    assert "tracking" not in (ready / "outputs/run/config.json").read_text()
    assert not [name for name in run.data.params if name.startswith("tracking")]


def test_another_split_is_made_on_demand(ready, numlp):
    assert numlp("train", "data=synthetic", "split=9k", PIXELS, "train.epochs=0.1", "then=[]")[0] == 0
    choices = json.loads(str(np.load(only(ready, "outputs/train/*/*/model.npz"))["choices"]))
    assert choices["split"] == {"train": [0, 9000], "val": [9000, 10000]}


def test_moments_of_another_kind_replace_the_moving_average(ready, numlp):
    bn, said = {}, {}
    for moments, more in (("ema", []), ("precise", ["moments.images=1000"]), ("adaptive", ["moments.images=1000"])):
        code, out, err = numlp("train", *SHORT, f"moments={moments}", *more, "then=[]", f"hydra.run.dir=outputs/{moments}")
        assert code == 0, err
        said[moments] = "test images (never their labels)" in out
        with np.load(ready / "outputs" / moments / "model.npz") as arrays:
            bn[moments] = {key: arrays[key] for key in arrays.files if key != "choices"}
    for moments in ("precise", "adaptive"):
        assert (bn["ema"]["linear1.W"] == bn[moments]["linear1.W"]).all()
        assert (bn["ema"]["bn1.mean"] != bn[moments]["bn1.mean"]).all()
    assert said == {"ema": False, "precise": False, "adaptive": True}


def test_a_failed_run_ends_failed_with_its_error(ready, numlp, monkeypatch):
    def broken(*_args):
        raise RuntimeError("no luck")
        yield

    monkeypatch.setattr("numlp.training.trainer.Trainer.records", broken)
    with pytest.raises(RuntimeError, match="no luck"):
        numlp("train", *SHORT)
    _, (run,) = runs(ready)
    assert run.info.status == "FAILED"
    assert "no luck" in run.data.tags["error"]


def test_a_file_of_conf_can_make_a_command_a_multirun(ready, numlp):
    (ready / "conf" / "experiment" / "two.yaml").write_text("# @package _global_\nhydra: {mode: MULTIRUN, launcher: {n_jobs: 1}}\n")
    code, out, err = numlp("normalise", *FEW, "+experiment=two", "seed=0,1")
    assert (code, out.count("normalise: ")) == (0, 2), err


def test_the_config_is_shown_without_training(project, numlp):
    code, out, _ = numlp("train", "--cfg", "job")
    assert code == 0
    assert "hidden:" in out
    assert not (project / "outputs").exists()


@pytest.mark.parametrize("settings", ["norm=before", "norm=after", "moments=precise"])
def test_batch_norm_over_batches_of_one_image_is_refused_by_both_settings(project, numlp, settings):
    code, _, err = numlp("train", "data=synthetic", "split=first100", "train.batch_size=1", settings)
    assert code == 1
    assert "batch_size=1" in err and "norm=" in err
    assert not (project / "mlruns").exists()


def test_last_batch_of_one_image_is_harmless(ready, numlp):
    run = ["data=synthetic", "split.train=[0,101]", "split.val=[101,301]", "model.inputs=48", "train.epochs=20", "then=[]"]
    final = []
    for size in (50, 51):  # 101 images: a last batch of one, and one of fifty
        code, _, err = numlp("train", *run, f"train.batch_size={size}", f"hydra.run.dir=size{size}")
        assert code == 0, err
        final.append([float(line.split(",")[3]) for line in (ready / f"size{size}/history.csv").read_text().splitlines()[1:]])
    assert final[0][-1] < final[0][0]
    assert final[0][-1] == pytest.approx(final[1][-1], rel=0.2)


def test_network_that_reads_parts_of_images_has_all_figures(ready, numlp):
    run = ["data=synthetic", "split=first100", "model.inputs=48", "train.epochs=1", "train.health=true"]
    code, _, err = numlp("train", *run, "hydra.run.dir=out")
    assert code == 0, err
    assert {"curves.png", "first_layer.png", "confusion.png", "mistakes.png"} <= {path.name for path in (ready / "out/plots").iterdir()}


def test_config_of_a_run_names_the_archive_that_it_was_trained_on(ready, numlp, synthetic):
    download = ready / "build/download"
    download.unlink()
    download.mkdir()
    for name in ("images.npy", "labels.npy"):
        (download / name).symlink_to(synthetic / name)
    info = json.loads((synthetic / "dataset.json").read_text())
    info |= {"name": "CIFAR-10, archive abababab... (not the official file)", "origin": {"archive_sha256": "ab" * 32}}
    (download / "dataset.json").write_text(json.dumps(info))
    code, _, err = numlp("train", *SHORT, "data=cifar10", PIXELS, "then=[]")
    assert code == 0, err
    assert json.loads(only(ready, "outputs/train/*/*/config.json").read_text())["data"]["source"]["sha256"] == "ab" * 32
    _, (run,) = runs(ready)
    assert run.data.params["data.source.sha256"] == "ab" * 32
