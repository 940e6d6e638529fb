"""train.health=true of an interrupted run."""

import pytest

from numlp.files import sha256
from projects import FEW
from sweeps import PIXELS

SHORT = [*FEW, PIXELS, "model=mlp2", "train.epochs=0.18", "train.record.cost=smoothed", "then=[]"]


@pytest.mark.slow
def test_a_run_that_is_cut_off_ends_with_the_same_health(ready, numlp, monkeypatch):
    asked = [*SHORT, "train.record.every=points", "train.record.points=6", "train.health=true"]
    assert numlp("train", *asked, "hydra.run.dir=outputs/whole")[0] == 0

    def cut(records, *bounds):
        if len(records) == 4:
            raise RuntimeError("cut off")

    with monkeypatch.context() as patched:
        patched.setattr("numlp.training.checkpoint.EVERY", 0)
        patched.setattr("numlp.training.checkpoint.SHARE", 0)
        patched.setattr("numlp.training.fit.check_convergence", cut)
        with pytest.raises(RuntimeError, match="cut off"):
            numlp("train", *asked)
    code, out, _ = numlp("train", *asked, "hydra.run.dir=outputs/resumed")
    assert code == 0
    assert "resumes from step 6" in out
    assert sha256(ready / "outputs/whole/health.csv") == sha256(ready / "outputs/resumed/health.csv")
