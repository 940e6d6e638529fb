"""The Hydra plugin hydra/sweeper=numlp. Hydra imports it at every start, so a sweep's code is imported when a sweep begins."""

from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from numlp.config.search import SWEEPER, Search

ConfigStore.instance().store(group="hydra/sweeper", name=SWEEPER, node=Search, provider="numlp")


class NumlpSweeper(Sweeper):
    """Sweeps as `numlp.sweep` makes them."""

    def __init__(self, **settings: Any) -> None:
        """Ignore the settings, which Hydra passes without their types; the sweep reads them from the config."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Keep what a launcher needs."""
        self.hydra_context, self.config, self.task = hydra_context, config, task_function

    def sweep(self, arguments: list[str]) -> Any:
        """Run the sweep that the overrides `arguments` describe."""
        from numlp.sweep.sweep import Sweep

        assert self.hydra_context is not None and self.config is not None
        return Sweep(self.hydra_context, self.task, self.config, arguments).run()
