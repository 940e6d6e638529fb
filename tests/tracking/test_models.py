"""Models in the store: logged once a run, loaded from there alone, named in the registry."""

import json
import math
import os
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

import numpy as np
import pytest
from mlflow import pyfunc

from numlp.errors import UserError
from numlp.inference.model_file import save_model
from numlp.tracking import models
from numlp.tracking.models import register
from numlp.tracking.run import track
from numlp.tracking.sending import About
from servers import answers, free_port, process, wait_until
from trained import NAMES, random_images, random_model, rows


@pytest.fixture
def logged(project, rng, monkeypatch):
    """Log a model with its run, as an evaluation does; give the network and the run's id."""

    def log(accuracy=0.5, run_id="", **options):
        model, folder = random_model(rng, **options), project / "out"
        with track(project, folder, About("a run", {"lam": 0.1}, run_id=run_id)) as run:
            save_model(folder / "model.npz", model)
            (folder / "metrics.json").write_text(json.dumps({"test_accuracy": accuracy}))
        shutil.rmtree(folder)  # what is in the store must be enough
        return model, run.about.run_id

    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{project / 'mlruns' / 'mlflow.db'}")
    return log


def of(client, run_id):
    (found,) = client.search_logged_models([client.get_run(run_id).info.experiment_id], f"source_run_id = '{run_id}'")
    return found


def test_store_alone_gives_class_names_and_probabilities(logged, client, rng):
    model, run_id = logged()
    loaded, images = pyfunc.load_model(of(client, run_id).model_uri), random_images(rng, 7)
    table = loaded.predict(images)
    assert list(table.columns) == ["prediction", *NAMES]
    np.testing.assert_allclose(table[NAMES], model.probabilities(rows(images)), rtol=0, atol=1e-5)
    assert list(table["prediction"]) == [NAMES[i] for i in model.probabilities(rows(images)).argmax(axis=1)]
    assert len(loaded.predict(images[:0])) == 0
    assert [spec.shape for spec in loaded.metadata.get_input_schema().inputs] == [(-1, 32, 32, 3)]
    assert loaded.metadata.get_output_schema().input_names() == ["prediction", *NAMES]
    assert loaded.predict(loaded.input_example).shape == (1, 11)


def test_model_is_no_pickle_names_no_folder_and_has_its_runs_metrics(logged, client, project):
    _, run_id = logged()
    model = of(client, run_id)
    files = [path for path in Path(unquote(urlsplit(model.artifact_location).path)).rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {"", ".py", ".npz", ".yaml", ".json", ".txt"}
    assert not any(str(project).encode() in path.read_bytes() for path in files)
    assert {metric.key: metric.value for metric in model.metrics} == {"final/test_accuracy": 0.5}
    assert [metric.value for metric in client.get_metric_history(run_id, "final/test_accuracy")] == [0.5]
    assert logged(run_id=run_id)[1] == run_id  # sent again, it counts once
    assert of(client, run_id).to_dictionary() == model.to_dictionary()
    assert [output.model_id for output in client.get_run(run_id).outputs.model_outputs] == [model.model_id]


def test_attempt_that_was_cut_off_is_completed(logged, client, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(models, "write_pyfunc", lambda *_, **__: (_ for _ in ()).throw(OSError("disk full")))
        _, run_id = logged()
    assert str(of(client, run_id).status) == "PENDING"
    logged(run_id=run_id)
    assert str(of(client, run_id).status) == "READY"


def test_model_is_registered_once_and_another_is_the_next_version(logged, client, project):
    first, second = logged()[1], logged(0.625)[1]
    for new in (True, False):
        assert register(project, first, "mine") == ("models:/mine/1", {"test_accuracy": 0.5}, new)
    assert register(project, second, "mine")[0] == "models:/mine/2"
    version = client.get_model_version("mine", "2")
    assert (version.run_id, version.tags) == (second, {"test_accuracy": "0.625"})
    assert pyfunc.load_model("models:/mine/2").predict(np.zeros((1, 32, 32, 3), np.uint8)).shape == (1, 11)
    with pytest.raises(UserError, match="no model"):
        register(project, first[::-1], "mine")


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(32, 32, 3), (14, 10, 1), (20,)], ids=str)
def test_served_model_answers_a_request_with_the_probabilities(shape, logged, project, rng):
    """With the command and the request of docs/models.md."""
    model, run_id = logged(sizes=(math.prod(shape), 8, 10), shape=shape)
    register(project, run_id, "numlp")
    images, address = rng.integers(0, 256, (3, *shape), np.uint8), f"http://127.0.0.1:{(port := free_port())}"
    command = ["mlflow", "models", "serve", "-m", "models:/numlp/1", "--env-manager", "local", "--port", str(port)]
    activated = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # where uvicorn is
    with process(sys.executable, "-m", *command, folder=project, PATH=activated) as server:
        wait_until(lambda: answers(f"{address}/ping"), server)
        request = Request(f"{address}/invocations", json.dumps({"inputs": images.tolist()}).encode(), {"Content-Type": "application/json"})
        answer = json.loads(urlopen(request, timeout=60).read())["predictions"]
    expected = model.probabilities(rows(images))
    np.testing.assert_allclose([[row[name] for name in NAMES] for row in answer], expected, rtol=0, atol=1e-5)
    assert [row["prediction"] for row in answer] == [NAMES[best] for best in expected.argmax(axis=1)]
