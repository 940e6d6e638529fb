"""The choices of many jobs: Hydra composes once for each set of groups, which takes a tenth of a second; values are set in copies."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from numlp.config.compose import chosen_files

VALUE = re.compile(r"[\w.]+")  # a key that only sets: it adds, removes and chooses nothing

Composed = tuple[Mapping[str, str], DictConfig]
"""The names that the groups have, and the choices."""


class Composer:
    """Composes as Hydra does for a job of a multirun.

    Args:
        loader: Hydra's.
        config: The multirun's own choices, with Hydra's part.
    """

    def __init__(self, loader: ConfigLoader, config: DictConfig) -> None:
        self._loader, self._config = loader, config
        self._groups = set(self._loader.list_groups(""))
        self._parser = OverridesParser.create(config_loader=self._loader)
        self._made: dict[tuple[str, ...], Composed] = {}

    def compose(self, overrides: Sequence[str], last: Sequence[str]) -> Composed:
        """The choices by `overrides`, then by those of `last`: of these a value is set where the others have been composed before.

        Raises:
            HydraException: They do not compose.
        """
        later = [text for text in last if self._sets_a_value(text)]
        first = (*overrides, *(text for text in last if text not in later))
        if first not in self._made:
            self._made[first] = self._whole(first)
        names, choices = self._made[first]
        made = deepcopy(choices)
        try:
            for override in self._parser.parse_overrides(later):
                OmegaConf.update(made, override.key_or_group, override.value(), merge=True)  # as Hydra's own loader does
        except OmegaConfBaseException:
            return self._whole((*overrides, *last))  # Hydra's error says more
        return names, made

    def _whole(self, overrides: Sequence[str]) -> Composed:
        composed = self._loader.load_sweep_config(self._config, list(overrides))
        names: Any = OmegaConf.to_container(composed.hydra.runtime.choices)
        with open_dict(composed):
            del composed["hydra"]
        return chosen_files(names), composed

    def _sets_a_value(self, text: str) -> bool:
        key = text.partition("=")[0]
        return VALUE.fullmatch(key) is not None and key not in self._groups
