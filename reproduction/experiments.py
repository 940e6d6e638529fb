"""The experiments, and the runs of each.

Those of conf/experiment combine their choices as `numlp train +experiment=NAME` combines them; those of reproduction/reruns.yaml make
such runs again with a fault or with other settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import RunMode
from omegaconf import DictConfig

from numlp.config import Config
from numlp.config.compose import CONF, store_primary, to_config
from numlp.errors import require
from numlp.sweep.composer import Composer
from numlp.sweep.space import grid, overrides, read_space
from reproduction.reruns import FILE, read_reruns
from reproduction.results import SINGLE

FOLDER = Path(CONF) / "experiment"
FILES = "[ex][0-9][0-9]_*.yaml"  # those of the reports, and those that ask how a report came to its figures


@dataclass(frozen=True)
class Job:
    """A run, but for its seed.

    Attributes:
        experiment: E.g. e01.
        key: The overrides that tell it from the experiment's other runs, e.g. norm=before;init.sigma=0.001.
        config: Its choices, of any seed.
        fault: The name of the mistake that is planted in it; empty in a run as it should be.
    """

    experiment: str
    key: str
    config: Config
    fault: str = ""

    def seeded(self, seed: int) -> Config:
        """The choices with this seed."""
        return replace(self.config, seed=seed)


class Experiments:
    """The experiments of the project `root`, composed over its params.yaml and conf/.

    Args:
        root: The project's folder.
        rehearsal: Overrides for every run, e.g. ["train.epochs=0.02"].
    """

    def __init__(self, root: Path, rehearsal: Sequence[str] = ()) -> None:
        store_primary(root, "reproduce")
        with initialize_config_dir(str((root / CONF).absolute()), version_base="1.3"):
            self._loader = GlobalHydra.instance().config_loader()
        self._composer = Composer(self._loader, self._load())
        self._files = {path.stem.partition("_")[0]: path.stem for path in sorted((root / FOLDER).glob(FILES))}
        self._reruns = read_reruns(root / FILE)
        self._rehearsal = list(rehearsal)

    @property
    def names(self) -> list[str]:
        """Their short names: e01, e02, and so on."""
        return [*self._files, *self._reruns]

    def jobs(self, experiment: str) -> list[Job]:
        """The runs of an experiment, in the order of its file: the first key's values vary slowest."""
        if experiment in self._reruns:
            return self._jobs_again(experiment)
        return [self.job(experiment, combination) for combination in self.combinations(experiment)]

    def job(self, experiment: str, choices: Sequence[str], prefix: str = "") -> Job:
        """The run of an experiment with some choices of its own, e.g. ["lam=0.01"]."""
        key = prefix + ";".join(choices) if choices else SINGLE
        return Job(experiment, key, to_config(self._composer.compose([self._chosen(experiment)], [*choices, *self._rehearsal])[1]))

    def combinations(self, experiment: str) -> list[tuple[str, ...]]:
        """The choices of each run, in the order of `jobs`."""
        params = self._load(self._chosen(experiment)).hydra.sweeper.params or {}
        fixed, space, _ = read_space(OverridesParser.create().parse_overrides([f"{key}={value}" for key, value in params.items()]))
        return [(*fixed, *overrides(point)) for point in grid(space, points=1)]  # of values: no file has an interval

    def _jobs_again(self, experiment: str) -> list[Job]:
        again = self._reruns[experiment]
        runs = [(base, key) for base, keys in again.runs.items() for key in keys]
        jobs = []
        for base, key in runs:
            choices = [] if key == SINGLE else key.split(";")
            right = self.job(base, [*choices, *again.overrides])
            jobs.append(Job(experiment, ";".join([f"base={base}", *choices]), right.config, again.fault))
        return jobs

    def _chosen(self, experiment: str) -> str:
        require(experiment in self._files, "experiment", f"one of {', '.join(self.names)}", experiment=experiment)
        return f"+experiment={self._files[experiment]}"

    def _load(self, *chosen: str) -> DictConfig:
        return self._loader.load_configuration("params", list(chosen), RunMode.MULTIRUN)
