"""A project in another place: its own store goes with it."""

import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from numlp.inference.model_file import save_model
from numlp.tracking.models import register
from numlp.tracking.queries import run_files
from numlp.tracking.run import track
from numlp.tracking.sending import About
from numlp.tracking.store import connect
from trained import random_model


def log(project, name, model=None):
    """A run with a file of its own, in the store that `project` has."""
    folder, about = project / name, About(name, {})
    with track(project, folder, about):
        (folder / "classes.csv").write_text(name)
        if model is not None:
            shutil.copy(model, folder / "model.npz")
            (folder / "metrics.json").write_text('{"test_accuracy": 0.5}')
    return about.run_id


def places(project):
    """The folders in which the store says that files are."""
    client, experiment = connect(project)
    runs = client.search_runs([experiment])
    models = client.search_logged_models([experiment])
    addresses = [client.get_experiment(experiment).artifact_location, *(run.info.artifact_uri for run in runs)]
    return [Path(unquote(urlsplit(uri).path)) for uri in (*addresses, *(model.artifact_location for model in models))]


@pytest.mark.parametrize("name", ["moved", 'größe #c it\'s "new"'])
def test_moved_project_finds_and_keeps_its_files(project, name):
    log(project, "before")
    new = project.parent / name
    project.rename(new)
    log(new, "after")
    assert not project.exists()
    assert all(place.is_relative_to(new / "mlruns" / "artifacts") for place in places(new))
    assert [(run_files(new, run)[1] / "classes.csv").read_text() for run in ("before", "after")] == ["before", "after"]


def test_copy_logs_to_itself_and_leaves_the_original_alone(project, tmp_path, rng):
    model = tmp_path / "model.npz"
    save_model(model, random_model(rng))
    first = log(project, "before", model)
    shutil.copytree(project, tmp_path / "copy")
    files = sorted((project / "mlruns" / "artifacts").rglob("*"))
    log(tmp_path / "copy", "after")
    assert sorted((project / "mlruns" / "artifacts").rglob("*")) == files
    assert all(place.is_relative_to(tmp_path / "copy") for place in places(tmp_path / "copy"))
    assert all(place.is_relative_to(project) for place in places(project))
    shutil.rmtree(project)
    assert (run_files(tmp_path / "copy", "before")[1] / "classes.csv").read_text() == "before"
    assert register(tmp_path / "copy", first, "numlp")[-1]


def test_store_of_the_users_own_and_a_link_are_never_changed(project, tmp_path, monkeypatch):
    log(project, "before")
    (tmp_path / "link").symlink_to(project)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mlruns").symlink_to(project / "mlruns")
    for folder in ("link", "other"):
        assert all(place.is_relative_to(project) for place in places(tmp_path / folder))
    store = Path(shutil.copytree(project / "mlruns", tmp_path / "mine")) / "mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{store}")
    assert all(place.is_relative_to(project) for place in places(project))
