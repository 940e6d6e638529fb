"""reproduction/reruns.yaml: experiments that run other experiments again, with a fault or with other settings."""

from dataclasses import dataclass, field
from pathlib import Path

from numlp.errors import require
from reproduction.faults import FAULTS
from reproduction.results import HOME
from reproduction.structured import read_entries

FILE = HOME / "reruns.yaml"


@dataclass
class Rerun:
    """Runs of other experiments, made again with one change.

    Attributes:
        source: The report whose accuracies the change may explain.
        question: What the experiment asks.
        runs: By experiment, e.g. e09, the keys of its runs.
        fault: A name of `reproduction.faults.FAULTS`; empty where settings alone change.
        overrides: Settings that all of these runs have beside their own.
    """

    source: str
    question: str
    runs: dict[str, list[str]]
    fault: str = ""
    overrides: list[str] = field(default_factory=list)


def read_reruns(path: Path) -> dict[str, Rerun]:
    """Read reruns.yaml: by the experiment's short name, x07 and on.

    Raises:
        UserError: The file is missing or has other fields, there is no such fault, or an entry changes nothing.
    """
    found = read_entries(path, Rerun)
    for name, experiment in found.items():
        require(experiment.fault in ("", *FAULTS), f"{path}: {name}", f"a fault of {', '.join(FAULTS)}", fault=experiment.fault)
        require(bool(experiment.fault or experiment.overrides), f"{path}: {name}", "a fault or overrides")
    return found
