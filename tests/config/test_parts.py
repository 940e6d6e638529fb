"""Parts: classes by name, numlp's and the user's own."""

import numpy as np
import pytest

from numlp.config.parts import build, complete, update_choices
from numlp.errors import UserError
from numlp.inference.model_file import load_model
from numlp.nn.network import Network
from numlp.optim.optimizers import Adam

OWN = """
import numlp

class Slow(numlp.Sgd):
    def __init__(self, network, factor: float = 0.5, names: list[str] | None = None):
        super().__init__(network)
        self.factor = factor

    def _step(self, p, g, scratch, eta, decay, *state):
        super()._step(p, g, scratch, self.factor * eta, decay)

class Bent(numlp.Relu):
    pass
"""
SMALL = ("data=synthetic", "split.train=[0,1000]", "split.val=[1000,1200]", "model=mlp2", "then=[]", "train.epochs=0.1")


def test_values_have_the_types_and_defaults_of_the_signature():
    part = complete("optim", {"_target_": "numlp.Adam", "beta1": 0, "eps": "1e-3"})
    assert part == {"_target_": "numlp.Adam", "beta1": 0.0, "beta2": 0.999, "eps": 0.001, "weight_decay": 0.0}
    assert isinstance(part["beta1"], float)
    optimizer = build(part, Network((3, 2)))
    assert isinstance(optimizer, Adam) and optimizer.eps == 0.001


def test_parts_of_ones_own_train_and_predict(ready, numlp, monkeypatch):
    (ready / "own_parts.py").write_text(OWN)
    (ready / "conf/optim/slow.yaml").write_text("_target_: own_parts.Slow\nfactor: 0.5\n")
    (ready / "conf/activation/bent.yaml").write_text("_target_: own_parts.Bent\n")
    for factor in ("0.5", "2"):
        code, _, err = numlp("train", *SMALL, "optim=slow", "activation=bent", f"optim.factor={factor}", f"hydra.run.dir=outputs/{factor}")
        assert (code, err) == (0, "")
    slow, fast = (load_model(ready / f"outputs/{factor}/model.npz").network for factor in ("0.5", "2"))
    assert "bent1" in slow.layers
    assert not np.array_equal(slow.params.vector, fast.params.vector)
    code, _, err = numlp("train", *SMALL, "optim=slow", "optim.factor=fast")
    assert (code, "optim.factor" in err, err.count("\n")) == (1, True, 1)
    monkeypatch.chdir(ready / "outputs")
    with pytest.raises(UserError, match="own_parts"):  # code that a file from elsewhere names is not imported
        load_model(ready / "outputs/2/model.npz")


def test_settings_of_older_models_are_read():
    names = {"activation": "leaky_relu", "init": "gaussian", "optim": "adamw", "schedule": "one_cycle", "moments": "ema"}
    targets = {key: part["_target_"] for key, part in update_choices({key: {"name": name} for key, name in names.items()}).items()}
    assert list(targets.values()) == ["numlp.LeakyRelu", "numlp.gaussian", "numlp.AdamW", "numlp.OneCycle", "numlp.EmaMoments"]
