"""reproduction/faults.yaml: experiments that make runs of other experiments again, with a fault."""

from dataclasses import dataclass, field
from pathlib import Path

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from numlp.errors import UserError, require
from reproduction.faults import FAULTS
from reproduction.results import HOME

FILE = HOME / "faults.yaml"


@dataclass
class FaultExperiment:
    """Runs of other experiments, made again with one fault.

    Attributes:
        source: The report that the fault is sought in.
        question: What the experiment asks.
        fault: A name of `reproduction.faults.FAULTS`.
        runs: By experiment, e.g. e09, the keys of its runs.
        overrides: Settings that all of these runs have beside their own.
    """

    source: str
    question: str
    fault: str
    runs: dict[str, list[str]]
    overrides: list[str] = field(default_factory=list)


def read_fault_experiments(path: Path) -> dict[str, FaultExperiment]:
    """Read faults.yaml: by the experiment's short name, x07 and on.

    Raises:
        UserError: The file is missing or has other fields, or there is no such fault.
    """
    try:
        content = OmegaConf.merge(OmegaConf.create({}), OmegaConf.load(path))
        structured = {name: OmegaConf.merge(OmegaConf.structured(FaultExperiment), entry) for name, entry in content.items()}
        experiments = {str(name): OmegaConf.to_object(entry) for name, entry in structured.items()}
    except (OSError, OmegaConfBaseException, YAMLError) as error:
        raise UserError(f"{path}: need experiments of source, question, fault and runs, got: {' '.join(str(error).split())}") from error
    found = {name: experiment for name, experiment in experiments.items() if isinstance(experiment, FaultExperiment)}
    for name, experiment in found.items():
        require(experiment.fault in FAULTS, f"{path}: {name}", f"a fault of {', '.join(FAULTS)}", fault=experiment.fault)
    return found
