"""Runs in MLflow: what is sent while they train and at their end, and what continues them."""

import json
import math
import os
import signal
from contextlib import nullcontext

import pytest
from mlflow import MlflowClient
from tracking_helpers import expected, logged, record, series, start, write_run

from numlp.signals import Terminated
from numlp.tracking.queries import find_run
from numlp.tracking.run import environment_tags, track
from numlp.tracking.sending import About
from numlp.tracking.store import connect
from numlp.training.history import LayerHealth

BODY = """
import signal, sys, time
from pathlib import Path
from tracking_helpers import record
from numlp.tracking.run import track
from numlp.tracking.sending import About
signal.signal(signal.SIGINT, signal.default_int_handler)
with track(Path.cwd(), Path("out"), About("a run", {"lam": 0.1})) as run:
    for step in range(0, 30, 10):
        run.log(record(step))
    print(run.about.run_id, flush=True)
    time.sleep(float(sys.argv[1]))
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"])
def test_stopped_process_ends_its_run(project, client, number, code):
    process = start(project, BODY, "300")
    run_id = process.stdout.readline().strip()
    process.send_signal(number)
    process.communicate(timeout=300)
    assert (client.get_run(run_id).info.status, process.returncode) == ("KILLED", code)
    assert series(client, run_id) == expected(range(0, 30, 10))
    assert json.loads((project / "out" / "run.json").read_text())["status"] == "KILLED"


@pytest.mark.parametrize(("error", "status"), [(None, "FINISHED"), (ValueError("no good\nand more"), "FAILED")])
def test_run_ends_by_how_its_body_ends(project, client, error, status):
    about = About("a run", {}, {"blas": "x"})
    with nullcontext() if error is None else pytest.raises(ValueError, match="no good"), track(project, project / "out", about) as run:
        run.log(record(0))
        about.tags["late"], about.metrics["final/val_accuracy"] = "tag", 0.5
        if error is not None:
            raise error
    found = client.get_run(about.run_id)
    assert found.info.status == status == json.loads((project / "out" / "run.json").read_text())["status"]
    assert found.data.tags.get("error") == ("ValueError: no good" if status == "FAILED" else None)
    assert found.data.tags.items() >= ({**environment_tags(project), "blas": "x", "late": "tag"}).items()  # the caller's own count
    assert (found.data.metrics["final/val_accuracy"], series(client, about.run_id)) == (0.5, expected([0]))
    assert ("best/val_accuracy" in found.data.metrics) == (status == "FINISHED")


def test_signal_while_a_run_is_being_closed_leaves_it_closed(project, client, monkeypatch):
    close, signals = MlflowClient.set_terminated, [signal.SIGTERM]

    def interrupted(*arguments):
        if signals:
            os.kill(os.getpid(), signals.pop())
        close(*arguments)

    monkeypatch.setattr(MlflowClient, "set_terminated", interrupted)
    with pytest.raises(Terminated), track(project, None, About("trained", {})) as run:
        run.log(record(0))
    assert client.get_run(run.about.run_id).info.status == "FINISHED"
    assert series(client, run.about.run_id) == expected([0])


def test_resumed_run_has_each_metric_once_and_loses_its_error(project, client):
    first = logged(project, "a run", {"lam": 0.1}, {"error": "ValueError: no good"}, steps=range(0, 20, 10))
    again = logged(project, "a run", {"lam": 0.1, "init": "he"}, steps=range(0, 30, 10), run_id=first, dataset=("synthetic", "d" * 64))
    assert again == first
    data = client.get_run(first).data
    assert (series(client, first), data.params) == (expected(range(0, 30, 10)), {"lam": "0.1", "init": "he"})
    assert "error" not in data.tags


def test_run_that_the_store_does_not_have_begins_anew(project, client):
    deleted = logged(project, "a run")
    client.delete_run(deleted)
    for before in (deleted, "0" * 32):
        run_id = logged(project, "a run", steps=[0], run_id=before)
        assert run_id != before
        assert series(client, run_id) == expected([0])


def test_job_and_sweep_continue_their_runs_from_before_by_their_tags(project, client):
    sweep = logged(project, "search", tags={"sweep": "abc"})
    job = logged(project, "one", tags={"trial": "t1"}, parent=sweep)
    assert logged(project, "search", tags={"sweep": "abc"}) == sweep
    assert logged(project, "one", tags={"trial": "t1"}, parent=sweep) == job
    assert client.get_run(job).data.tags["mlflow.parentRunId"] == sweep
    assert logged(project, "two", tags={"trial": "t2"}, parent=sweep) != job
    assert logged(project, "search", tags={"sweep": "abd"}) != sweep


def test_infinite_metric_is_a_gap_and_health_has_its_layers(project, client):
    health = LayerHealth(1, 0.1, 3, *[0.5] * 2, math.nan, *[0.5] * 6)
    with track(project, None, About("diverging", {})) as run:
        run.log(record(1).__class__(1, 0.1, 0.1, math.inf, *[2.0] * 5), [health])
    ((_, value),) = series(client, run.about.run_id, "cost/train")
    assert math.isnan(value)
    assert series(client, run.about.run_id, "health/grad_norm/layer3") == [(1, 0.5)]
    assert series(client, run.about.run_id, "health/dead/layer3") == []


def test_files_of_the_run_are_copied_and_those_from_before_are_not(project, client):
    folder = project / "out"
    write_run(folder, confusion_csv="of an earlier run\n")
    os.utime(folder / "confusion.csv", (1e9, 1e9))
    with track(project, folder, About("files", {})) as run:
        write_run(folder, metrics_json='{"dataset": "x", "val_accuracy": 0.5, "val_cost": null}', classes_csv="c\n", notes_txt="mine")
        (folder / "plots").mkdir()
        (folder / "plots" / "curves.png").touch()
    run_id = run.about.run_id
    files = [file.path for place in ("", "plots") for file in client.list_artifacts(run_id, place)]
    assert sorted(files) == ["classes.csv", "history.csv", "metrics.json", "plots", "plots/curves.png"]
    assert list((project / "mlruns" / "artifacts").rglob("history.csv"))
    metrics = client.get_run(run_id).data.metrics
    assert metrics["final/val_accuracy"] == 0.5
    assert math.isnan(metrics["final/val_cost"])


def test_data_set_is_an_input_with_its_digest(project, client):
    digest = "8114b53f" * 8
    for _ in range(2):
        run_id = logged(project, "data", dataset=("CIFAR-10", digest))
    (found,) = client.get_run(run_id).inputs.dataset_inputs
    assert (found.dataset.name, found.dataset.digest) == ("CIFAR-10", digest[:36])
    assert json.loads(found.dataset.source)["digest"] == digest
    assert [(tag.key, tag.value) for tag in found.tags] == [("mlflow.data.context", "training")]


def test_newest_run_of_a_model_is_found_and_looking_makes_no_store(project, client, tmp_path):
    for name, digest in (("first", "a1"), ("second", "a1"), ("other", "b2")):
        logged(project, name, tags={"model_digest": digest})
    assert client.get_run(find_run(project, "a1")).info.run_name == "second"
    assert find_run(project, "c3") is None
    (tmp_path / "empty").mkdir()
    assert find_run(tmp_path / "empty", "a1") is None
    assert list((tmp_path / "empty").iterdir()) == []


def test_variables_of_another_programs_run_do_not_change_ours(project, client, monkeypatch):
    for name in ("RUN_ID", "EXPERIMENT_ID", "EXPERIMENT_NAME", "ACTIVE_MODEL_ID", "ENABLE_ASYNC_LOGGING"):
        monkeypatch.setenv(f"MLFLOW_{name}", "true")
    process = start(project, BODY, "0")
    run_id = process.communicate(timeout=300)[0].strip()
    assert process.returncode == 0
    assert client.get_run(run_id).info.experiment_id == connect(project).experiment
    assert series(client, run_id) == expected(range(0, 30, 10))
