"""Finished runs by their directory, or by their id or name in MLflow."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numlp import paths
from numlp.config.naming import common_caption, flatten, spell
from numlp.config.parts import TARGET, update_choices
from numlp.errors import UserError
from numlp.files import read_rows
from numlp.inference.model_file import Model, load_model
from numlp.paths import from_user
from numlp.tracking.queries import run_files
from numlp.training.history import Record

SEEDS = re.compile(r"(?P<start>.*-s)(?P<seeds>\d+(,\d+)+)")  # the name of a trial of several seeds
MOST_SETTINGS = 3  # differing settings in a label


@dataclass(frozen=True)
class FinishedRun:
    """The files of a run that has ended."""

    name: str  # the name in MLflow, with the id where the user gave that, or the directory that the user gave
    folder: Path  # the directory with history.csv and what else the run has left
    choices: dict[str, Any]  # the settings that decide its result
    dataset: str  # the data set's name
    classes: int
    model: Model | None  # None for a run that diverged

    def history(self) -> list[Record]:
        return read_rows(self.folder / paths.HISTORY, Record)


def load_run(name: str) -> FinishedRun:
    """The run in the folder `name`, or the newest that MLflow knows by this id or name."""
    name, folder = (name, from_user(name)) if from_user(name).is_dir() else run_files(Path.cwd(), name)
    model_file = folder / paths.MODEL
    for file in [paths.HISTORY] if model_file.exists() else [paths.HISTORY, paths.CONFIG, paths.METRICS]:
        if not (folder / file).exists():
            raise UserError(f"{name}: no {file} in this run; choose a run that has ended, from numlp runs")
    if model_file.exists():  # DVC restores the model of an earlier run, and leaves config.json as the last one wrote it
        model = load_model(model_file)
        return FinishedRun(name, folder, model.choices, model.dataset.name, model.dataset.classes, model)
    choices, metrics = (json.loads((folder / file).read_text()) for file in (paths.CONFIG, paths.METRICS))
    classes = metrics.get("classes", 10)  # older files are of CIFAR-10
    return FinishedRun(name, folder, update_choices(choices), metrics["dataset"], classes, None)


def load_runs(names: Sequence[str]) -> list[FinishedRun]:
    """The runs of `names`; a name as a sweep prints it for several seeds, `...-s0,1,2`, stands for a run per seed."""
    runs = []
    for name in names:
        several = None if from_user(name).is_dir() else SEEDS.fullmatch(name)
        runs += [load_run(f"{several['start']}{seed}") for seed in several["seeds"].split(",")] if several else [load_run(name)]
    return runs


def differing_settings(runs: Sequence[FinishedRun]) -> dict[str, list[Any]]:
    """Each run's value of the settings that are not the same in all; None where a run has no such setting."""
    flat = [flatten(run.choices) for run in runs]
    columns = {key: [settings.get(key) for settings in flat] for key in dict.fromkeys(key for settings in flat for key in settings)}
    return {key: values for key, values in columns.items() if any(value != values[0] for value in values)}


def label_runs(runs: Sequence[FinishedRun], joint: str = ", ") -> list[str]:
    """The settings that tell each run from the others, e.g. "norm none, sigma 0.0001"; the run's name where no setting does."""
    columns = sorted(differing_settings(runs).items(), key=lambda column: None in column[1])  # settings that all runs have first
    labels = []
    for place, run in enumerate(runs):
        parts = [_phrase(key, values[place]) for key, values in columns if values[place] is not None]
        labels.append(joint.join(parts[:MOST_SETTINGS]) or run.name)
    return labels


def common_title(runs: Sequence[FinishedRun]) -> str:
    """A title: the data sets' names, and the settings that the runs share."""
    return "\n".join([*dict.fromkeys(run.dataset for run in runs), common_caption([run.choices for run in runs])])


def _phrase(key: str, value: Any) -> str:
    group, _, name = key.rpartition(".")
    if name == TARGET:
        return f"{group} {spell({TARGET: value})}"
    return f"{group if name == 'placement' else name} {value}"
