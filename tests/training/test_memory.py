"""A run that does not fit into memory is refused by the setting that makes it large, before any array is made."""

import pytest

from numlp.config.compose import compose_project
from numlp.training import plan as memory
from sweeps import MULTI, PIXELS

FREE = 300_000_000


@pytest.mark.parametrize(
    ("command", "key", "overrides"),
    [
        ("train", "model.hidden", ["model.hidden=[30000]"]),
        ("train -m", "model.hidden", ["model.hidden=[50],[30000]"]),
        ("lr-range", "model.hidden", ["model.hidden=[50,1000000]"]),
        ("train", "train.batch_size", ["split=45k", "train.batch_size=45000"]),
        ("train", "train.record.points", ["train.record.every=points", "train.record.points=1000000000000", "train.epochs=900000"]),
    ],
)
def test_run_that_is_too_large_is_refused_before_any_array(with_data, numlp, monkeypatch, command, key, overrides):
    monkeypatch.setattr(memory, "available_memory", lambda: FREE)
    code, _, err = numlp(*command.split(), "data=synthetic", "split=first100", *overrides)
    assert code == 1
    assert err.startswith(f"error: {key}: ")
    assert len(err.splitlines()) == 1
    assert not (with_data / "mlruns").exists()


def test_jobs_that_fit_one_by_one_and_not_at_once_are_refused_with_the_remedy(with_data, numlp, monkeypatch):
    params = with_data / "params.yaml"
    params.write_text(params.read_text().replace("data: cifar10 ", "data: synthetic "))
    needed = sum(memory.estimate_memory(compose_project(with_data)).values())
    monkeypatch.setattr(memory, "available_memory", lambda: int(1.5 * needed))
    code, _, err = numlp("train", "-m", "data=synthetic", "seed=0,1", "hydra.launcher.n_jobs=2")
    assert code == 1
    assert "hydra.launcher.n_jobs=1" in err


def test_more_points_than_updates_are_all_updates(ready, numlp):
    points = ["train.record.every=points", "train.record.points=100000"]
    code, _, err = numlp("train", *[word for word in MULTI[2:] if "launcher" not in word], PIXELS, *points)
    assert code == 0, err
    (history,) = ready.glob("outputs/train/*/*/history.csv")
    assert [line.split(",")[0] for line in history.read_text().splitlines()[1:]] == ["0", "1", "2", "3", "4"]
