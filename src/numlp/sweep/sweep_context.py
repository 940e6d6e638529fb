"""What the parts of a running sweep share."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.types import HydraContext
from omegaconf import DictConfig

from numlp.config.search import SearchConfig, SweepConfig
from numlp.signals import Stop
from numlp.sweep.live_table import Display
from numlp.sweep.planner import Planner


@dataclass(frozen=True)
class SweepContext:
    """A sweep whose jobs run.

    Attributes:
        hydra: Hydra's context, with which a launcher composes each job.
        config: The sweep's settings, with Hydra's part.
        task: Trains, given a job's settings and its place in the sweep.
        search: What is tried, and how trials are judged and pruned.
        sweep: How jobs are run.
        planner: Makes the jobs.
        display: Shows them.
        out: The sweep's folder.
        pruned: The folder with the outcomes of pruned trials, which count in this sweep alone.
        stop: The signal that came: no further job begins, not even one whose worker crashed by them.
    """

    hydra: HydraContext
    config: DictConfig
    task: Callable[..., Any]
    search: SearchConfig
    sweep: SweepConfig
    planner: Planner
    display: Display
    out: Path
    pruned: Path
    stop: Stop

    @property
    def over(self) -> bool:
        """Whether no further job is to begin, as one failed."""
        return self.sweep.fail_fast and len(self.planner.failed) > 0
