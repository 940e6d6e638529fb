"""A job's choices, set in a copy of what was composed before, are those that Hydra composes for it."""

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import ConfigCompositionException
from hydra.types import RunMode
from omegaconf import OmegaConf, open_dict

from numlp.config.compose import store_primary
from numlp.sweep.composer import Composer


@pytest.fixture
def loaded(project):
    """Hydra's loader and the multirun's own choices."""
    store_primary(project, "train")
    with initialize_config_dir(str(project / "conf"), version_base="1.3"):
        loader = GlobalHydra.instance().config_loader()
        yield loader, loader.load_configuration("params", [], RunMode.MULTIRUN)


def by_hydra(loader, config, overrides):
    composed = loader.load_sweep_config(config, overrides)
    with open_dict(composed):
        names = {group: name for group, name in composed.hydra.runtime.choices.items() if group != "set" and not group.startswith("hydra")}
        del composed["hydra"]
    return names, OmegaConf.to_container(composed)


def test_every_job_has_what_hydra_composes_for_it(loaded):
    composer, fixed = Composer(*loaded), ["optim=momentum", "train.epochs=3", "+experiment=e01_three_layers"]
    jobs = [
        ["lam=0.1", "seed=0"],
        ["lam=1e-3", "seed=1"],
        ["model.hidden=[100,50]", "lam=0.1"],
        ["model.hidden=[50]", "init=he", "lam=0.2"],
        ["init=xavier", "lam=0.1", "split=49k", "train.epochs=null", "train.cycles=3"],
        ["++lam=0.3", "train.record={every:points,points:3}"],
    ]
    for last in jobs:
        names, choices = composer.compose(fixed, last)
        assert (names, OmegaConf.to_container(choices)) == by_hydra(*loaded, fixed + last)


@pytest.mark.parametrize("wrong", ["lamda=0.1", "lam=much", "schedule.sigma=1"])
def test_a_value_that_cannot_be_is_hydras_own_error(loaded, wrong):
    composer = Composer(*loaded)
    composer.compose([], ["lam=0.1"])
    with pytest.raises(ConfigCompositionException):
        composer.compose([], [wrong])
