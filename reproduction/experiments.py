"""The experiments, the runs of each, and what the report says of them.

Those of conf/experiment combine their settings as `numlp train +experiment=NAME` combines them; those of reproduction/reruns.yaml make
such runs again with a fault or with other settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product, takewhile
from pathlib import Path
from typing import Any

import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override

from numlp.config import Config
from numlp.config.naming import flatten
from numlp.errors import require
from reproduction.faults import FAULTS
from reproduction.product import Composer
from reproduction.results import SINGLE
from reproduction.settings import RERUNS, Rerun, read_reruns

FOLDER = Path("conf/experiment")
FILES = "[ex][0-9][0-9]_*.yaml"  # those of the reports, and those that ask how a report came to its figures


@dataclass(frozen=True)
class Job:
    """A run, but for its seed.

    Attributes:
        experiment: The experiment's short name, e.g. e01.
        key: The overrides that tell it from the experiment's other runs, e.g. norm=before;init.sigma=0.001.
        overrides: All overrides of the project's params.yaml.
        fault: The name of the mistake that is planted in it; empty in a run as it should be.
    """

    experiment: str
    key: str
    overrides: tuple[str, ...]
    fault: str = ""


class Experiments:
    """The experiments of the project `root`, composed over its params.yaml and conf/.

    Args:
        root: The project's folder.
        rehearsal: Overrides for every run, e.g. ["train.epochs=0.02"].
    """

    def __init__(self, root: Path, rehearsal: Sequence[str] = ()) -> None:
        self._rehearsal = tuple(rehearsal)
        self._files = {path.stem.partition("_")[0]: path for path in sorted((root / FOLDER).glob(FILES))}
        self._reruns = read_reruns(root / RERUNS)
        self._composer, self._configs = Composer(root), dict[tuple[str, ...], Config]()

    @property
    def names(self) -> list[str]:
        """Their short names: e01, e02, and so on."""
        return [*self._files, *self._reruns]

    def jobs(self, experiment: str) -> list[Job]:
        """The runs of an experiment, in the order of its file: the first key's values vary slowest."""
        if experiment not in self._reruns:
            return [self.job(experiment, overrides) for overrides in self._combinations(experiment)]
        again, jobs = self._reruns[experiment], []
        for base, key in ((base, key) for base, keys in again.runs.items() for key in keys):
            own = [] if key == SINGLE else key.split(";")
            right = self.job(base, [*own, *again.overrides])
            jobs.append(Job(experiment, ";".join([f"base={base}", *own]), right.overrides, again.fault))
        return jobs

    def job(self, experiment: str, overrides: Sequence[str], prefix: str = "") -> Job:
        """The run of an experiment with some overrides of its own, e.g. ["lam=0.01"]."""
        chosen = f"+experiment={self._file(experiment).stem}"
        return Job(experiment, prefix + ";".join(overrides) if overrides else SINGLE, (chosen, *overrides, *self._rehearsal))

    def config(self, job: Job, seed: int) -> Config:
        """The settings of a run with this seed."""
        if job.overrides not in self._configs:
            self._configs[job.overrides] = self._composer.compose(job.overrides)
        return replace(self._configs[job.overrides], seed=seed)

    def _combinations(self, experiment: str) -> list[tuple[str, ...]]:
        items = OverridesParser.create().parse_overrides([f"{key}={value}" for key, value in _read(self._file(experiment))[1].items()])
        items.sort(key=Override.is_sweep_override)  # values that do not vary come first
        return list(product(*([f"{item.get_key_element()}={value}" for value in _values(item)] for item in items)))

    def _file(self, experiment: str) -> Path:
        require(experiment in self._files, "experiment", f"one of {', '.join(self.names)}", experiment=experiment)
        return self._files[experiment]


def _read(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The content of an experiment's file, and the values that vary over its runs."""
    content = yaml.safe_load(path.read_text())
    return content, content.get("hydra", {}).get("sweeper", {}).get("params", {})


def _values(item: Override) -> list[str]:
    """The values of an override, several where it varies."""
    return list(item.sweep_string_iterator()) if item.is_sweep_override() else [item.get_value_element_as_str()]


@dataclass(frozen=True)
class Described:
    """An experiment as its file tells it: its command, and report and place, title and remark from the opening comment.

    Its settings are overrides of the reports' usual ones, name and value.
    """

    id: str
    command: str
    source: str
    title: str
    remark: str
    settings: Sequence[tuple[str, str]]

    @property
    def report(self) -> str:
        """The report that it repeats or asks about, R0 to R4."""
        return self.source.removeprefix("on ").partition(",")[0]

    @property
    def place(self) -> str:
        """The place in the report, such as table 6."""
        return self.source.partition(", ")[2]


def describe_all(root: Path) -> list[Described]:
    """Every experiment, in the order of the ids."""
    files = [_describe_file(path) for path in sorted((root / FOLDER).glob(FILES))]
    return files + [_describe_rerun(name, again) for name, again in read_reruns(root / RERUNS).items()]


def _describe_file(path: Path) -> Described:
    """Read one experiment's file.

    Raises:
        UserError: It does not open with a comment `E01 (R0, table 6): what it shows.`
    """
    comment = " ".join(line[2:] for line in takewhile(lambda line: line.startswith("#"), path.read_text().splitlines()[1:]))
    head, colon, text = comment.partition(":")
    require(colon == ":", str(path), "an opening comment such as '# E01 (R0, table 6): what it shows.'", comment=comment)
    source = head.partition(" ")[2].strip("() ")
    title, _, remark = text.strip().partition(". ")
    content, _ = _read(path)
    values = flatten({key: value for key, value in content.items() if key not in ("defaults", "hydra")})
    chosen = [item for entry in content.get("defaults", []) if isinstance(entry, dict) for item in entry.items()]
    settings = [(key.removeprefix("override").strip().lstrip("/"), str(value)) for key, value in (*chosen, *values.items())]
    name = path.stem.partition("_")[0]
    command = f"numlp train +experiment={path.stem}"
    return Described(name, command, source, title.removesuffix("."), remark, settings)


def _describe_rerun(name: str, again: Rerun) -> Described:
    planted = f"The mistake that is planted: {FAULTS[again.fault].__doc__}" if again.fault else ""
    overrides = [override.partition("=") for override in again.overrides]
    settings = [("base", ", ".join(again.runs)), *((key, value) for key, _, value in overrides)]
    return Described(name, f"python -m reproduction {name}", f"on {again.source}", again.question, planted, settings)
