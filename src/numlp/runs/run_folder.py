"""Finished runs by their folder, or by their id or name in MLflow."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from numlp import paths
from numlp.config import Config
from numlp.config.naming import common_caption, flatten
from numlp.errors import UserError
from numlp.inference.model_file import load_model
from numlp.paths import from_user
from numlp.tracking import run_files

SEEDS = re.compile(r"(?P<start>.*-s)(?P<seeds>\d+(,\d+)+)")  # the name of a trial of several seeds
SHOWN = 3  # differing choices in a label


@dataclass(frozen=True)
class FinishedRun:
    """A run's files.

    Attributes:
        name: As it was asked for.
        folder: With history.csv, and what else the run has left.
        choices: Those that decide its result.
        dataset: The data set's name.
    """

    name: str
    folder: Path
    choices: dict[str, Any]
    dataset: str

    def file(self, name: str, advice: str) -> Path:
        """One of its files.

        Raises:
            UserError: The run has none; the message ends with `advice`.
        """
        path = self.folder / name
        if not path.exists():
            raise UserError(f"{self.name}: the run has no {name}; {advice}")
        return path


def load_run(name: str) -> FinishedRun:
    """The run in the folder `name`, or the newest that MLflow knows by this id or name.

    Raises:
        UserError: There is none, or it has not ended.
    """
    folder = from_user(name) if from_user(name).is_dir() else run_files(Path.cwd(), name)
    model = folder / paths.MODEL
    for file in [paths.HISTORY] if model.exists() else [paths.HISTORY, paths.CONFIG, paths.METRICS]:
        if not (folder / file).exists():
            raise UserError(f"{name}: no {file} in this run; choose a run that has ended, from numlp runs")
    if model.exists():  # DVC restores the model of an earlier run, and leaves config.json as the last one wrote it
        loaded = load_model(model)
        usual = [item.name for item in fields(Config) if item.name in loaded.choices]
        return FinishedRun(name, folder, {**{key: loaded.choices[key] for key in usual}, **loaded.choices}, loaded.dataset.name)
    choices, metrics = (json.loads((folder / file).read_text()) for file in (paths.CONFIG, paths.METRICS))  # of a run that diverged
    return FinishedRun(name, folder, choices, metrics["dataset"])


def load_runs(names: Sequence[str]) -> list[FinishedRun]:
    """The runs of `names`; a name as a sweep prints it for several seeds, `...-s0,1,2`, stands for a run per seed.

    Raises:
        UserError: As `load_run`.
    """
    return [load_run(name) for several in names for name in _one_per_seed(several)]


def _one_per_seed(name: str) -> list[str]:
    several = SEEDS.fullmatch(name)
    if several is None or from_user(name).is_dir():
        return [name]
    return [f"{several['start']}{seed}" for seed in several["seeds"].split(",")]


def differing_choices(runs: Sequence[FinishedRun]) -> dict[str, list[Any]]:
    """Each run's value of the choices that are not the same in all; None where a run has no such choice."""
    flat = [flatten(run.choices) for run in runs]
    keys = dict.fromkeys(key for one in flat for key in one)
    columns = {key: [one.get(key) for one in flat] for key in keys}
    return {key: values for key, values in columns.items() if any(value != values[0] for value in values)}


def label_runs(runs: Sequence[FinishedRun], joint: str = ", ") -> list[str]:
    """What tells each run from the others, e.g. "norm none, sigma 0.0001"; their names where no choice does."""
    columns = differing_choices(runs)
    if not columns:
        return [run.name for run in runs]
    said = []
    for place in range(len(runs)):
        values = {_short(key): column[place] for key, column in columns.items() if column[place] is not None}
        said.append(joint.join([f"{key} {value}" for key, value in values.items()][:SHOWN]))
    return said


def common_title(runs: Sequence[FinishedRun]) -> str:
    """A title: the data sets' names, and the choices that the runs share."""
    return "\n".join([*dict.fromkeys(run.dataset for run in runs), common_caption([run.choices for run in runs])])


def _short(key: str) -> str:
    group, _, name = key.rpartition(".")
    return group if name in ("name", "placement") else name
