"""A run that was cut off goes on by itself at the next call, in the same MLflow run, and ends as if nothing had happened."""

import pytest

from numlp.files import read_rows, sha256
from numlp.tracking import connect
from numlp.training.history import Record
from processes import CHECKPOINTS, start, wait_for

pytestmark = pytest.mark.slow

RUN = ["+stage=pipeline", "data=synthetic", "model=mlp2", "train.epochs=0.5", "train.record.every=points", "train.record.points=9"]
STEPS = [0, 25, 50, 75, 100, 125, 150, 175, 200, 225]


class CutError(Exception):
    pass


@pytest.fixture
def cut(monkeypatch):
    """Cut the next run off at its n-th record, before that one is kept."""

    def at(count):
        def check(records, *bounds):
            if len(records) == count:
                raise CutError(f"at record {count}")

        monkeypatch.setattr("numlp.training.checkpoint.EVERY", 0)  # keep every one, however slow the machine is
        monkeypatch.setattr("numlp.training.checkpoint.SHARE", 0)
        monkeypatch.setattr("numlp.training.fit.check_convergence", check)

    return at


def results(project):
    return {name: sha256(project / "build" / "train" / name) for name in ("model.npz", "history.csv")}


def runs(project):
    client, experiment = connect(project, "numlp")
    return client, client.search_runs([experiment])


@pytest.mark.parametrize("choices", [[], ["optim=adam", "norm=after", "train.record.cost=aggregated"]])
def test_a_run_that_is_cut_off_twice_ends_in_the_same_files(ready, numlp, cut, choices):
    assert numlp("train", *RUN, *choices)[0] == 0
    whole = results(ready)
    for count in (4, 8):
        cut(count)
        with pytest.raises(CutError):
            numlp("train", *RUN, *choices)
    cut(None)
    code, out, err = numlp("train", *RUN, *choices)
    assert (code, err) == (0, "")
    assert "resumes from step 150" in out
    assert results(ready) == whole
    assert not list(ready.glob(f"{CHECKPOINTS}/*"))


def test_it_goes_on_in_the_same_mlflow_run_and_doubles_nothing(ready, numlp, cut):
    cut(6)
    with pytest.raises(CutError):
        numlp("train", *RUN)
    _, (failed,) = runs(ready)
    assert failed.info.status == "FAILED"
    cut(None)
    assert numlp("train", *RUN)[0] == 0
    client, (run,) = runs(ready)
    assert (run.info.run_id, run.info.status) == (failed.info.run_id, "FINISHED")
    assert "error" not in run.data.tags
    records = read_rows(ready / "build/train/history.csv", Record)
    metrics = client.get_metric_history(run.info.run_id, "cost/val")
    assert [(metric.step, metric.value) for metric in metrics] == [(record.step, record.val_cost) for record in records]
    assert [record.step for record in records] == STEPS


def test_a_store_that_does_not_know_the_run_gets_a_new_and_whole_one(ready, numlp, cut, monkeypatch):
    cut(6)
    with pytest.raises(CutError):
        numlp("train", *RUN)
    cut(None)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{ready / 'other.db'}")
    assert numlp("train", *RUN)[0] == 0
    client, (run,) = runs(ready)
    assert [metric.step for metric in client.get_metric_history(run.info.run_id, "cost/val")] == STEPS
    assert run.data.params["model"] == "mlp2"


def test_resume_false_starts_over(ready, numlp, cut):
    cut(6)
    with pytest.raises(CutError):
        numlp("train", *RUN)
    cut(None)
    code, out, _ = numlp("train", *RUN, "train.resume=false")
    assert code == 0
    assert "resumes" not in out
    assert "step   0/225" in out


def test_another_choice_is_another_run(ready, numlp, cut):
    cut(6)
    with pytest.raises(CutError):
        numlp("train", *RUN)
    cut(None)
    code, out, _ = numlp("train", *RUN, "lam=0.004")
    assert code == 0
    assert "resumes" not in out
    assert len(list(ready.glob(f"{CHECKPOINTS}/*.npz"))) == 1  # of the first, which still can resume


def test_a_process_that_is_killed_loses_nothing(ready, numlp):
    """By kill -9, which no process can prepare for; the folder of the next call is another one."""
    choices = [*RUN[1:], "then=[]"]
    process = start(ready, "train", *choices)
    wait_for(ready, f"{CHECKPOINTS}/*.npz", process)
    process.kill()
    process.communicate()
    (killed,) = ready.glob("outputs/train/*/*")
    code, out, err = numlp("train", *choices, "hydra.run.dir=outputs/resumed")
    assert code == 0, err
    assert "resumes from step" in out
    assert numlp("train", *choices, "hydra.run.dir=outputs/whole")[0] == 0
    for name in ("model.npz", "history.csv"):
        assert sha256(ready / "outputs/resumed" / name) == sha256(ready / "outputs/whole" / name)
    assert not list(killed.glob("model.npz"))
    _, found = runs(ready)
    assert [run.info.status for run in found] == ["FINISHED", "FINISHED"]
