"""The experiments, and the runs of each.

Those of conf/experiment combine their settings as `numlp train +experiment=NAME` combines them; those of reproduction/reruns.yaml make
such runs again with a fault or with other settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import yaml
from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override

from numlp.config import Config
from numlp.config.compose import CONF, store_primary, to_config
from numlp.errors import require
from reproduction.results import SINGLE
from reproduction.settings import RERUNS, read_reruns

FOLDER = Path(CONF) / "experiment"
FILES = "[ex][0-9][0-9]_*.yaml"  # those of the reports, and those that ask how a report came to its figures


@dataclass(frozen=True)
class Job:
    """A run, but for its seed.

    Attributes:
        experiment: E.g. e01.
        key: The overrides that tell it from the experiment's other runs, e.g. norm=before;init.sigma=0.001.
        config: Its settings, of any seed.
        fault: The name of the mistake that is planted in it; empty in a run as it should be.
    """

    experiment: str
    key: str
    config: Config
    fault: str = ""

    def seeded(self, seed: int) -> Config:
        """The settings with this seed."""
        return replace(self.config, seed=seed)


class Experiments:
    """The experiments of the project `root`, composed over its params.yaml and conf/.

    Args:
        root: The project's folder.
        rehearsal: Overrides for every run, e.g. ["train.epochs=0.02"].
    """

    def __init__(self, root: Path, rehearsal: Sequence[str] = ()) -> None:
        self._root, self._rehearsal = root, list(rehearsal)
        self._files = {path.stem.partition("_")[0]: path for path in sorted((root / FOLDER).glob(FILES))}
        self._reruns = read_reruns(root / RERUNS)

    @property
    def names(self) -> list[str]:
        """Their short names: e01, e02, and so on."""
        return [*self._files, *self._reruns]

    def jobs(self, experiment: str) -> list[Job]:
        """The runs of an experiment, in the order of its file: the first key's values vary slowest."""
        if experiment in self._reruns:
            return self._jobs_again(experiment)
        return [self.job(experiment, combination) for combination in self.combinations(experiment)]

    def job(self, experiment: str, overrides: Sequence[str], prefix: str = "") -> Job:
        """The run of an experiment with some overrides of its own, e.g. ["lam=0.01"]."""
        key = prefix + ";".join(overrides) if overrides else SINGLE
        chosen = [f"+experiment={self._file(experiment).stem}", *overrides, *self._rehearsal]
        store_primary(self._root, "reproduce")
        with initialize_config_dir(str((self._root / CONF).absolute()), version_base="1.3"):
            return Job(experiment, key, to_config(compose("params", chosen)))

    def combinations(self, experiment: str) -> list[tuple[str, ...]]:
        """The overrides of each run, in the order of `jobs`."""
        content = yaml.safe_load(self._file(experiment).read_text())
        params = content.get("hydra", {}).get("sweeper", {}).get("params", {})
        items = OverridesParser.create().parse_overrides([f"{key}={value}" for key, value in params.items()])
        items.sort(key=Override.is_sweep_override)  # values that do not vary come first
        return list(product(*([f"{item.get_key_element()}={value}" for value in _values(item)] for item in items)))

    def _jobs_again(self, experiment: str) -> list[Job]:
        again = self._reruns[experiment]
        runs = [(base, key) for base, keys in again.runs.items() for key in keys]
        jobs = []
        for base, key in runs:
            overrides = [] if key == SINGLE else key.split(";")
            right = self.job(base, [*overrides, *again.overrides])
            jobs.append(Job(experiment, ";".join([f"base={base}", *overrides]), right.config, again.fault))
        return jobs

    def _file(self, experiment: str) -> Path:
        require(experiment in self._files, "experiment", f"one of {', '.join(self.names)}", experiment=experiment)
        return self._files[experiment]


def _values(item: Override) -> list[str]:
    """The values of an override, several where it varies."""
    return list(item.sweep_string_iterator()) if item.is_sweep_override() else [item.get_value_element_as_str()]
