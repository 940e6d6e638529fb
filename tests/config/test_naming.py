"""Names of runs say whatever is not usual, and no more."""

from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf, open_dict

from numlp.config.compose import CONF, store_primary, to_config
from numlp.config.naming import caption, run_name

ROOT = Path(__file__).resolve().parents[2]


def composed(*overrides):
    """The settings, and the chosen file of each group."""
    store_primary(ROOT, "train")
    with initialize_config_dir(str(ROOT / CONF), version_base="1.3"):
        config = compose("params", overrides=["data=cifar10", *overrides], return_hydra_config=True)
    choices = dict(config.hydra.runtime.choices)
    with open_dict(config):
        del config["hydra"]
    return config, choices


@pytest.mark.parametrize(
    ("overrides", "name"),
    [
        ([], "mlp3-before-he-lam0.005-s0"),
        (["model=mlp9", "norm=none", "lam=0.1", "seed=3"], "mlp9-none-he-lam0.1-s3"),
        (["init=gaussian", "init.sigma=0.0001"], "mlp3-before-gaussian-sigma0.0001-lam0.005-s0"),
        (["train.cycles=0.2"], "mlp3-before-he-cycles0.2-lam0.005-s0"),
        (["schedule.eta_max=0.3", "train.batch_size=50"], "mlp3-before-he-etamax0.3-batchsize50-lam0.005-s0"),
        (["train.epochs=10", "train.cycles=3"], "mlp3-before-he-epochs10-lam0.005-s0"),
        (["model.hidden=[100,50]"], "mlp3-before-he-hidden100-50-lam0.005-s0"),
        (["model.hidden=[50,50]"], "mlp3-before-he-lam0.005-s0"),
        (["optim=momentum", "optim.rho=0.99", "split=9k"], "mlp3-before-he-momentum-9k-rho0.99-lam0.005-s0"),
        (["moments=precise"], "mlp3-before-he-precise-lam0.005-s0"),
        (["moments=adaptive", "moments.images=500"], "mlp3-before-he-adaptive-images500-lam0.005-s0"),
        (["split.train=[0,5000]", "split.val=[5000,5500]"], "mlp3-before-he-train0-5000-lam0.005-s0"),
        (["train.record.every=points", "train.health=true", "then=[]"], "mlp3-before-he-lam0.005-s0"),
        (["tracking.system_metrics=true"], "mlp3-before-he-lam0.005-s0"),
        (["data=npz", "data.path=in/my digits.npz"], "mlp3-before-he-my_digits-lam0.005-s0"),
        (["train.threads=2"], "mlp3-before-he-threads2-lam0.005-s0"),
    ],
)
def test_a_name_says_what_is_not_usual(overrides, name):
    config, choices = composed(*overrides)
    assert run_name(to_config(config), choices) == name


def test_caption_calls_an_activation_of_ones_own_by_its_class():
    choices = OmegaConf.to_container(composed()[0])
    assert "ReLU" not in caption(choices)
    assert "batch norm, soft plus, he, sgd, cyclical rate, 2 cycles" in caption(choices | {"activation": {"_target_": "mine.SoftPlus"}})
    assert "batch norm, GELU," in caption(choices | {"activation": {"name": "gelu"}})  # of an older model
