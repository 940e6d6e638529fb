"""The whole state of a run: with it, an interrupted run resumes and ends in the same bits."""

from dataclasses import dataclass, field

from numlp.arrays import Array
from numlp.nn.network import Network
from numlp.optim.optimisers import Optimiser
from numlp.training.history import LayerHealth, Record
from numlp.training.trainer import Progress


@dataclass
class State:
    """All that a run needs to resume; the order of the images follows from its seed and step.

    Attributes:
        records: Those made so far.
        health: Of the layers, at those records; empty when it is not measured.
        run_id: Of its MLflow run.
        seconds: Trained so far.
    """

    network: Network
    optimiser: Optimiser
    progress: Progress = field(default_factory=Progress)
    records: list[Record] = field(default_factory=list)
    health: list[LayerHealth] = field(default_factory=list)
    run_id: str = ""
    seconds: float = 0.0

    def vectors(self) -> dict[str, Array]:
        """The arrays that training changes in place, by name."""
        kept = {f"optimiser.{name}": vector for name, vector in self.optimiser.state.items()}
        return {"params": self.network.params.vector, "moments": self.network.moments.vector, "seen": self.progress.seen, **kept}
