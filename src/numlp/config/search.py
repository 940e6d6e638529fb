"""Settings of sweeps, which no single run reads: `search` (trials and objective) and `sweep` (how the jobs run)."""

from dataclasses import dataclass, field
from typing import Any

from numlp.config.schema import COUNT, NOT_NEGATIVE, Config, one_of, value

SAMPLER = one_of("grid", "random", "qmc", "tpe")
OBJECTIVE = one_of("val_accuracy", "best_val_accuracy", "val_cost")  # no metric of the test split may choose


@dataclass
class RoundConfig:
    """A round of a search.

    Attributes:
        sampler: grid, random, qmc (quasi-random) or tpe (Bayesian).
        trials: Number of trials; with grid, the points of each range.
        best: A later round has the ranges of this many best trials of the round before,
        margin: extended by this many decades on either side.
    """

    sampler: str = value("random", SAMPLER)
    trials: int = value(10, COUNT)
    best: int = value(3, COUNT)
    margin: float = value(0.25, NOT_NEGATIVE)


@dataclass
class SearchConfig:
    """The trials of a sweep and their objective. Overrides say what varies: lam=0.1,0.01, lam=tag(log,interval(1e-5,1e-1)).

    Attributes:
        rounds: From coarse to fine; where there are none, one round of `sampler` and `trials`.
        objective: The validation metric that ranks the trials, as the mean over the seeds.
        prune: Stop trials whose validation cost is above the median of the earlier trials at the same epoch.
        warmup: Epochs of a trial before it can be pruned.
        startup: Trials that are trained to their end before any is pruned.
        seed: Seed of the sampler.
        parallel: Trials that tpe is asked for at once; null: as many as the launcher runs side by side.
        final: Train the best trial's network once more, with the overrides `final_with`.
    """

    sampler: str = value("grid", SAMPLER)
    trials: int = value(10, COUNT)
    rounds: list[RoundConfig] = field(default_factory=list)
    objective: str = value("val_accuracy", OBJECTIVE)
    prune: bool = False
    warmup: float = value(1.0, NOT_NEGATIVE)
    startup: int = value(4, COUNT)
    seed: int = value(0, NOT_NEGATIVE)
    parallel: int | None = value(None, COUNT)
    final: bool = False
    final_with: list[str] = field(default_factory=lambda: ["split=49k", "train.cycles=3"])

    def all_rounds(self) -> list[RoundConfig]:
        """The rounds, one where none are named."""
        return self.rounds or [RoundConfig(self.sampler, self.trials)]


@dataclass
class SweepConfig:
    """How the jobs of a sweep run.

    Attributes:
        rerun: Ignore cached results and train again.
        fail_fast: Start no further job after the first failure.
        dry_run: Only print the jobs.
    """

    rerun: bool = False
    fail_fast: bool = False
    dry_run: bool = False


@dataclass
class Primary(Config):
    """All keys: the settings of a run, and those of sweeps."""

    search: SearchConfig = field(default_factory=SearchConfig)
    sweep: SweepConfig = field(default_factory=SweepConfig)


def decides(search: SearchConfig) -> dict[str, Any]:
    """The settings of `search` that decide the trials."""
    kept = {name: getattr(search, name) for name in ("objective", "prune", "warmup", "startup", "seed", "parallel")}
    return kept | {"rounds": [vars(each) for each in search.all_rounds()]}
