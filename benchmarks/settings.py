"""How much is measured."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Of a run of the benchmark.

    Attributes:
        data: Folder of the normalised arrays.
        repeats: Rounds of each row.
        scale: Factor of the updates of a measurement.
    """

    data: Path
    repeats: int = 9
    scale: float = 1.0

    def steps(self, usual: int) -> int:
        """Updates of a measurement."""
        return max(1, round(usual * self.scale))
