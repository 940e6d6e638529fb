"""The Hydra plugin: hydra/sweeper=search. Hydra imports it at every start, so what a sweep needs is imported when there is one."""

from dataclasses import dataclass
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


@dataclass
class SearchSweeperConf:
    """The node `hydra.sweeper`; how to search is in the keys `search` and `sweep`, which are the project's own."""

    _target_: str = "hydra_plugins.numlp_search.sweeper.SearchSweeper"
    params: dict[str, str] | None = None


ConfigStore.instance().store(group="hydra/sweeper", name="search", node=SearchSweeperConf, provider="numlp")


class SearchSweeper(Sweeper):
    """Sweeps as `numlp.sweep` makes them.

    Args:
        params: What varies, before what the command line says.
    """

    def __init__(self, params: dict[str, str] | None = None) -> None:
        self._params = params or {}

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what a sweep needs."""
        self.hydra_context, self.config, self._task = hydra_context, config, task_function

    def sweep(self, arguments: list[str]) -> Any:
        """Make the sweep.

        Raises:
            UserError: Jobs failed, or what is asked for breaks a rule.
        """
        from numlp.sweep.sweeper import Sweep

        assert self.hydra_context is not None and self.config is not None
        texts = [f"{key}={value}" for key, value in self._params.items()] + arguments
        return Sweep(self.hydra_context, self.config, self._task, texts).run()
