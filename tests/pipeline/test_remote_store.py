"""Runs that are in a store elsewhere, MLFLOW_TRACKING_URI alone: registered, loaded, compared by name."""

import json
import shutil

import numpy as np
import pytest

from servers import free_port, mlflow_server

SHORT = ["data=synthetic", "split=9k", "model=mlp2", "train.epochs=0.2", "train.health=true", "then=[evaluate]"]
NAMES = [f"mlp2-{norm}-he-9k-synthetic-epochs0.2-lam0.005-s0" for norm in ("none", "before")]


@pytest.mark.slow
def test_runs_are_compared_drawn_registered_and_loaded_from_the_server_alone(with_data, numlp, tmp_path_factory, monkeypatch):
    """The folders of the runs are gone: whatever is used has come from the server."""
    elsewhere, port = tmp_path_factory.mktemp("elsewhere"), free_port()
    with mlflow_server(f"sqlite:///{elsewhere / 'mlflow.db'}", port, elsewhere):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
        for norm in ("none", "before"):
            code, _, err = numlp("train", *SHORT, f"norm={norm}", f"hydra.run.dir=outputs/{norm}")
            assert code == 0, err
        shutil.copy("outputs/before/model.npz", "kept.npz")
        shutil.rmtree("outputs")
        assert not (with_data / "mlruns").exists()

        code, _, err = numlp("compare", *NAMES)
        assert (code, err) == (0, "")
        (file,) = with_data.glob("build/compare/*/comparison.json")
        assert json.loads(file.read_text())["choices"] == {"norm.placement": ["none", "before"]}
        assert numlp("health", *NAMES)[0] == 0

        code, out, err = numlp("register", "--model", "kept.npz", "--name", "mine")
        assert (code, err) == (0, "")
        assert "models:/mine/1: test_accuracy" in out
        import mlflow

        mlflow.set_tracking_uri(f"http://127.0.0.1:{port}")
        table = mlflow.pyfunc.load_model("models:/mine/1").predict(np.zeros((2, 32, 32, 3), np.uint8))
        assert len(table) == 2
        assert float(np.asarray(table.drop(columns="prediction"), np.float64).sum(axis=1).max()) == pytest.approx(1, abs=1e-5)
