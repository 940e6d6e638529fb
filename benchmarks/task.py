"""What a measuring process is asked to do."""

from dataclasses import dataclass
from pathlib import Path

from numlp.config.data import CLASSES, PIXELS

MLP3 = (50, 50)
CHANGES: dict[str, float] = {"dropout": 0.3, "shift": 4, "cutout": 8, "mixup": 0.5}  # of a task that is `changed`, beside the flip
MLP9 = (50, 30, 20, 20, 10, 10, 10, 10)


@dataclass(frozen=True)
class Task:
    """Training, or a part of it, of a network whose shape and length are the same for all libraries.

    Attributes:
        what: The function of the library's module, e.g. step.
        data: Folder of the normalised arrays.
        hidden: Widths of the hidden layers.
        norm: Batch normalisation: before or none.
        optimiser: sgd or adam.
        batch: Images of an update.
        steps: Updates of one measurement.
        lams: Values of lambda, one network each.
        records: Updates after which cost, loss and accuracy of both splits are recorded.
        changed: Hidden units are dropped, images flipped, shifted, cut out and mixed: see CHANGES.
    """

    what: str
    data: Path
    hidden: tuple[int, ...] = MLP3
    norm: str = "before"
    optimiser: str = "sgd"
    batch: int = 100
    steps: int = 225
    lams: tuple[float, ...] = (0.005,)
    records: tuple[int, ...] = ()
    changed: bool = False

    @property
    def sizes(self) -> tuple[int, ...]:
        """Widths from input to output."""
        return (PIXELS, *self.hidden, CLASSES)

    @property
    def eta_max(self) -> float:
        """Highest learning rate, for which the optimiser stays finite."""
        return 0.1 if self.optimiser == "sgd" else 0.001

    def to_json(self) -> dict[str, object]:
        """The task in JSON's types."""
        return {**vars(self), "data": str(self.data)}

    @classmethod
    def from_json(cls, values: dict[str, object]) -> "Task":
        """The task that `to_json` gave."""
        made = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        # JSON has no types: to the checker every value is an object.
        return cls(**{**made, "data": Path(str(values["data"]))})  # type: ignore[arg-type]
