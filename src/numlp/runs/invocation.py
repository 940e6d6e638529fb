"""How a stage was asked for, beside its configuration: what Hydra knows and a stage does not ask it for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numlp.runs.outcome import Member  # which imports NumPy, for which --help and `resolve` need not wait


@dataclass(frozen=True)
class Invocation:
    """How a stage was asked for.

    Attributes:
        choices: The chosen file of each config group, e.g. {"model": "mlp3"}.
        overrides: Of the command line, as they were written.
        alone: Not a job of a multirun.
        member: The run's place in a sweep; None outside one.
    """

    choices: Mapping[str, str]
    overrides: Sequence[str] = field(default_factory=tuple)
    alone: bool = True
    member: "Member | None" = None
