"""Finished runs by their folder, or by their id or name in MLflow."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numlp.errors import require
from numlp.model_file import load_model
from numlp.project import given
from numlp.stages import paths
from numlp.stages.naming import flattened
from numlp.stages.plot import caption
from numlp.tracking import run_files

SHOWN = 3  # differing choices in a label


@dataclass(frozen=True)
class Finished:
    """A run's files.

    Attributes:
        name: As it was asked for.
        folder: With config.json and history.csv, and what else the run has left.
        choices: Those that decide its result.
    """

    name: str
    folder: Path
    choices: dict[str, Any]

    def file(self, name: str, advice: str) -> Path:
        """One of its files.

        Raises:
            UserError: The run has none; the message ends with `advice`.
        """
        path = self.folder / name
        require(path.exists(), self.name, f"a run with {name}; {advice}")
        return path

    @property
    def dataset(self) -> str:
        """The data set's name."""
        if (self.folder / paths.MODEL).exists():
            return str(load_model(self.folder / paths.MODEL).choices["dataset"]["name"])
        return str(json.loads((self.folder / paths.METRICS).read_text())["dataset"])  # of a run that diverged


def finished(name: str) -> Finished:
    """The run in the folder `name`, or the newest that MLflow knows by this id or name.

    Raises:
        UserError: There is none, or it has not ended.
    """
    folder = given(name) if given(name).is_dir() else run_files(Path.cwd(), name)
    for file in (paths.CONFIG, paths.HISTORY):
        require((folder / file).exists(), name, f"the folder, MLflow id or MLflow name of a run that has ended, with its {file}")
    return Finished(name, folder, json.loads((folder / paths.CONFIG).read_text()))


def differing(runs: Sequence[Finished]) -> dict[str, list[Any]]:
    """Each run's value of the choices that are not the same in all; None where a run has no such choice."""
    flat = [flattened(run.choices) for run in runs]
    keys = dict.fromkeys(key for one in flat for key in one)
    columns = {key: [one.get(key) for one in flat] for key in keys}
    return {key: values for key, values in columns.items() if any(value != values[0] for value in values)}


def labels(runs: Sequence[Finished], joint: str = ", ") -> list[str]:
    """What tells each run from the others, e.g. "norm none, sigma 0.0001"; their names where no choice does."""
    columns = differing(runs)
    if not columns:
        return [run.name for run in runs]
    said = []
    for place in range(len(runs)):
        values = {_short(key): column[place] for key, column in columns.items() if column[place] is not None}
        said.append(joint.join([f"{key} {value}" for key, value in values.items()][:SHOWN]))
    return said


def common(runs: Sequence[Finished]) -> str:
    """A title: the data sets' names, and the choices that the runs share."""
    parts = [caption(run.choices).split(", ") for run in runs]
    shared = [part for part in parts[0] if all(part in other for other in parts)]
    return "\n".join([*dict.fromkeys(run.dataset for run in runs), ", ".join(shared)])


def _short(key: str) -> str:
    group, _, name = key.rpartition(".")
    return group if name in ("name", "placement") else name
