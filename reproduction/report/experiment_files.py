"""What the report says of an experiment, from its file in conf/experiment or its entry in reruns.yaml: its question and its settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from numlp.config.naming import flatten
from numlp.errors import require
from reproduction.faults import FAULTS
from reproduction.settings import Rerun

OWN_KEYS = ("defaults", "hydra")


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
        choices: What varies over its runs, name and values.
    """

    id: str
    command: str
    source: str
    title: str
    remark: str
    settings: tuple[tuple[str, str], ...]
    choices: tuple[tuple[str, str], ...]


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
    values = flatten({key: value for key, value in content.items() if key not in OWN_KEYS})
    settings = (*_groups(content.get("defaults", [])), *((key, str(value)) for key, value in values.items()))
    choices = tuple((key, ", ".join(str(value).replace("\n", " ").split(", "))) for key, value in params.items())
    title, _, remark = question.strip().partition(". ")
    command = f"numlp train +experiment={name}"
    return Described(name.partition("_")[0], command, source.strip("() "), title.removesuffix("."), remark, settings, choices)


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
