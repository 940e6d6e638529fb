"""An interrupted run resumes at the next call, in its MLflow run, and ends as if nothing had happened."""

import pytest

from numlp.files import read_rows, sha256
from numlp.tracking.store import connect
from numlp.training.history import Record
from processes import CHECKPOINTS
from sweeps import PIXELS

pytestmark = pytest.mark.slow

RECORDS = ["train.record.every=points", "train.record.points=9", "train.record.cost=smoothed", "train.health=true"]
RUN = ["train", "+stage=pipeline", "data=synthetic", "split=9k", PIXELS, "train.epochs=1", *RECORDS]
STEPS = list(range(0, 91, 10))


class CutError(Exception):
    pass


@pytest.fixture
def cut(monkeypatch, numlp):
    """Train, and cut the run off at its n-th record, before that one is kept."""

    def cut(count):
        def check(records, *bounds):
            if len(records) == count:
                raise CutError

        with monkeypatch.context() as patch:
            patch.setattr("numlp.training.checkpoint.EVERY", 0)  # keep every one, however slow the machine is
            patch.setattr("numlp.training.checkpoint.SHARE", 0)
            patch.setattr("numlp.training.fit.check_convergence", check)
            with pytest.raises(CutError):
                numlp(*RUN)

    return cut


def results(project):
    return [sha256(project / "build/train" / name) for name in ("model.npz", "history.csv", "health.csv")]


def only_run(project):
    client, experiment = connect(project, "numlp")
    (run,) = client.search_runs([experiment])
    return run, [(metric.step, metric.value) for metric in client.get_metric_history(run.info.run_id, "cost/val")]


def test_run_that_is_cut_off_twice_ends_in_the_files_and_the_mlflow_run_of_one_that_was_not(ready, numlp, cut):
    cut(4)
    first, _ = only_run(ready)
    assert first.info.status == "FAILED"
    cut(8)
    code, out, err = numlp(*RUN)
    assert (code, err) == (0, "")
    assert "resumes from step 60" in out
    assert not list(ready.glob(f"{CHECKPOINTS}/*"))
    run, metrics = only_run(ready)
    assert (run.info.run_id, run.info.status, "error" in run.data.tags) == (first.info.run_id, "FINISHED", False)
    records = read_rows(ready / "build/train/history.csv", Record)
    assert metrics == [(record.step, record.val_cost) for record in records]
    assert [record.step for record in records] == STEPS
    resumed = results(ready)
    assert numlp(*RUN)[0] == 0
    assert results(ready) == resumed


def test_other_settings_and_resume_false_start_over(ready, numlp, cut):
    cut(6)
    code, out, _ = numlp(*RUN, "lam=0.004")
    assert (code, "resumes" in out) == (0, False)
    assert len(list(ready.glob(f"{CHECKPOINTS}/*.npz"))) == 1  # of the first, which still can resume
    code, out, _ = numlp(*RUN, "train.resume=false")
    assert (code, "resumes" in out) == (0, False)
