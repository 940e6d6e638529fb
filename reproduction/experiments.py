"""The experiments, and the runs of each.

Those of conf/experiment combine their settings as `numlp train +experiment=NAME` combines them; those of reproduction/reruns.yaml make
such runs again with a fault or with other settings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override

from numlp.config import Config
from numlp.config.compose import CONF, store_primary, to_config
from numlp.config.naming import flatten
from numlp.errors import require
from reproduction.faults import FAULTS
from reproduction.results import SINGLE
from reproduction.settings import RERUNS, Rerun, read_reruns

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


@dataclass(frozen=True)
class Described:
    """An experiment as its file tells it.

    Attributes:
        id: e01 to e33, x01.
        command: Makes its runs.
        source: Report and place, from the opening comment.
        title: What the experiment measures: the first sentence after that, without its full stop.
        remark: The rest of that comment; may be empty.
        settings: Overrides of the reports' usual settings, name and value.
        varied: Settings that vary over its runs, name and values.
    """

    id: str
    command: str
    source: str
    title: str
    remark: str
    settings: tuple[tuple[str, str], ...]
    varied: tuple[tuple[str, str], ...]


def read_description(path: Path) -> Described:
    """Read one experiment's file.

    Raises:
        UserError: It does not open with a comment `E01 (R0, table 6): what it shows.`
    """
    text = path.read_text()
    comment = " ".join(_opening(text))
    head, found, question = comment.partition(":")
    require(found == ":", str(path), "an opening comment such as '# E01 (R0, table 6): what it shows.'", comment=comment)
    content = yaml.safe_load(text) or {}
    params = (content.get("hydra") or {}).get("sweeper", {}).get("params", {})
    name = path.stem
    _, _, source = head.strip().partition(" ")
    values = flatten({key: value for key, value in content.items() if key not in ("defaults", "hydra")})
    settings = (*_groups(content.get("defaults", [])), *((key, str(value)) for key, value in values.items()))
    varied = tuple((key, ", ".join(str(value).replace("\n", " ").split(", "))) for key, value in params.items())
    title, _, remark = question.strip().partition(". ")
    command = f"numlp train +experiment={name}"
    return Described(name.partition("_")[0], command, source.strip("() "), title.removesuffix("."), remark, settings, varied)


def describe_rerun(name: str, again: Rerun) -> Described:
    """What reruns.yaml tells of an experiment."""
    planted = f"The mistake that is planted: {FAULTS[again.fault].text}" if again.fault else ""
    overrides = (override.partition("=") for override in again.overrides)
    settings = (("base", ", ".join(again.runs)), *((key, value) for key, _, value in overrides))
    return Described(name, f"python -m reproduction {name}", f"ours, on {again.source}", again.question, planted, settings, ())


def _opening(text: str) -> Iterator[str]:
    """The comment lines at the top, but for Hydra's."""
    for line in text.splitlines():
        if not line.startswith("#"):
            return
        if "@package" not in line:
            yield line.lstrip("# ")


def _groups(defaults: list[Any]) -> Iterator[tuple[str, str]]:
    for entry in defaults:
        if isinstance(entry, dict):
            for key, value in entry.items():
                yield key.removeprefix("override").strip().lstrip("/"), str(value)


def describe_all(root: Path) -> list[Described]:
    """Every experiment, in the order of the ids."""
    files = [read_description(path) for path in sorted((root / FOLDER).glob(FILES))]
    return files + [describe_rerun(name, again) for name, again in read_reruns(root / RERUNS).items()]
