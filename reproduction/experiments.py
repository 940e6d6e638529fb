"""The experiments of conf/experiment, and the runs of each: its choices combined, as `numlp train +experiment=NAME` combines them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf

from numlp.config import Config
from numlp.config.compose import CONF, store, typed
from numlp.errors import require

FOLDER = Path(CONF) / "experiment"
OWN = "own:"  # before the key of a run whose values the report did not try
SINGLE = "single"  # the key of an experiment's only run


@dataclass(frozen=True)
class Job:
    """A run, but for its seed.

    Attributes:
        experiment: E.g. e01.
        key: The overrides that tell it from the experiment's other runs, e.g. norm=before;init.sigma=0.001.
        config: Its choices, of any seed.
    """

    experiment: str
    key: str
    config: Config

    def seeded(self, seed: int) -> Config:
        """The choices with this seed."""
        return replace(self.config, seed=seed)


class Composer:
    """Composes experiments over the params.yaml and conf/ of the project `root`.

    Args:
        root: The project's folder.
        overrides: For every run, e.g. ["train.epochs=0.02"] for a rehearsal.
    """

    def __init__(self, root: Path, overrides: Sequence[str] = ()) -> None:
        self._conf = str((root / CONF).absolute())
        self._files = {path.stem.partition("_")[0]: path.stem for path in sorted((root / FOLDER).glob("*.yaml"))}
        self._overrides = list(overrides)
        store(root, "reproduce")

    @property
    def experiments(self) -> list[str]:
        """Their short names: e01, e02, and so on."""
        return list(self._files)

    def jobs(self, experiment: str) -> list[Job]:
        """The runs of an experiment, in the order of its file: the first key's values vary slowest."""
        return [self.job(experiment, combination) for combination in self.combinations(experiment)]

    def job(self, experiment: str, choices: Sequence[str], prefix: str = "") -> Job:
        """The run of an experiment with some choices of its own, e.g. ["lam=0.01"]."""
        key = prefix + ";".join(choices) if choices else SINGLE
        return Job(experiment, key, typed(self._compose(experiment, choices)))

    def combinations(self, experiment: str) -> list[tuple[str, ...]]:
        """The choices of each run, in the order of `jobs`: without the composing of each, which takes a tenth of a second."""
        params = self._compose(experiment, [], hydra=True).hydra.sweeper.params or {}
        parser = OverridesParser.create()
        values = []
        for key, text in params.items():
            override = parser.parse_override(f"{key}={text}")
            each = override.sweep_string_iterator() if override.is_sweep_override() else [override.get_value_element_as_str()]
            values.append([f"{key}={value}" for value in each])
        return list(product(*values))

    def _compose(self, experiment: str, choices: Sequence[str], hydra: bool = False) -> DictConfig:
        require(experiment in self._files, "experiment", f"one of {', '.join(self._files)}", experiment=experiment)
        overrides = [f"+experiment={self._files[experiment]}", *choices, *self._overrides]
        with initialize_config_dir(self._conf, job_name="reproduce", version_base="1.3"):
            made = compose("params", overrides=overrides, return_hydra_config=hydra)
        if not hydra:
            OmegaConf.resolve(made)
        return made
