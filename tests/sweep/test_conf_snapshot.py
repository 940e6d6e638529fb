"""Files that are edited while a sweep runs change none of its jobs: the settings of all are those of its beginning."""

import json

import pytest

from sweeps import MULTI, newest_sweep, table

pytestmark = pytest.mark.slow  # each starts runs or checks of its own, and they take long together

ROUNDS = ["lam=tag(log,interval(1e-3,1e-1))", "search.rounds=[{sampler:qmc,trials:2},{sampler:qmc,trials:2,best:1,margin:0.2}]"]
SETTINGS = ["model=mlp3", "init=he", "norm=before", "optim=sgd"]  # init's file is edited too, and norm's is deleted


@pytest.fixture
def edited(ready, monkeypatch):
    """The first job that trains edits conf/ and params.yaml, and deletes a file that it was composed from."""
    from numlp.training.trainer import Trainer

    real = Trainer.records

    def records(*arguments):
        (ready / "conf/model/mlp3.yaml").write_text("hidden: [20]\n")
        params = ready / "params.yaml"
        params.write_text(params.read_text().replace("threads: 1", "threads: 2").replace("moments: ema", "moments: precise"))
        (ready / "conf/norm/before.yaml").unlink(missing_ok=True)
        return real(*arguments)

    monkeypatch.setattr(Trainer, "records", records)
    return ready


@pytest.mark.parametrize("launcher", [["hydra/launcher=basic"], ["hydra/launcher=joblib", "hydra.launcher.n_jobs=1"]])
@pytest.mark.parametrize("varied", [["lam=0.1,0.2,0.3,0.4"], ROUNDS])
def test_an_edit_while_a_sweep_runs_changes_no_job_of_it(edited, numlp, launcher, varied):
    code, out, err = numlp(*MULTI, *SETTINGS, *launcher, *varied)
    assert code == 0, out + err
    assert [row["state"] for row in table(edited)] == ["done"] * 4
    made = [json.loads(path.read_text()) for path in edited.glob("multirun/*/*/*/config.json")]
    assert len(made) == 4
    for choices in made:
        assert choices["model"]["hidden"] == [50, 50]
        assert choices["norm"]["placement"] == "before"
        assert (choices["train"]["threads"], choices["moments"]["name"]) == (1, "ema")
    said = [path.read_text() for path in edited.glob("multirun/*/*/*/.hydra/config.yaml")]
    assert all("- 50\n  - 50\n" in text for text in said)
    _, members = newest_sweep(edited)
    assert {run.data.params["model.hidden"] for run in members if "model.hidden" in run.data.params} == {"[50, 50]"}
