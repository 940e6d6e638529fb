"""Settings of sweeps, which no single run reads: `search` (trials and objective) and `sweep` (how the jobs run)."""

from dataclasses import dataclass, field
from typing import Any

from numlp.config import Checked, Config
from numlp.errors import require, require_count

SAMPLERS = ("grid", "random", "qmc", "tpe")
OBJECTIVES = ("val_accuracy", "best_val_accuracy", "val_cost")  # no metric of the test split may choose


@dataclass
class RoundConfig(Checked):
    """A round of a search.

    Attributes:
        sampler: grid, random, qmc (quasi-random) or tpe (Bayesian).
        trials: Number of trials; with grid, the points of each range.
        best: A later round has the ranges of this many best trials of the round before,
        margin: extended by this many decades on either side.
    """

    sampler: str = "random"
    trials: int = 10
    best: int = 3
    margin: float = 0.25

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(self.sampler in SAMPLERS, "search.sampler", f"one of {', '.join(SAMPLERS)}", sampler=self.sampler)
        require_count("search.trials", trials=self.trials)
        require_count("search.rounds.best", best=self.best)
        require(0 <= self.margin < 10, "search.rounds.margin", "a number of decades of at least 0 and below 10", margin=self.margin)


@dataclass
class SearchConfig(Checked):
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

    sampler: str = "grid"
    trials: int = 10
    rounds: list[RoundConfig] = field(default_factory=list)
    objective: str = "val_accuracy"
    prune: bool = False
    warmup: float = 1.0
    startup: int = 4
    seed: int = 0
    parallel: int | None = None
    final: bool = False
    final_with: list[str] = field(default_factory=lambda: ["split=49k", "train.cycles=3"])

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        require(self.objective in OBJECTIVES, "search.objective", f"one of {', '.join(OBJECTIVES)}", objective=self.objective)
        require(self.seed >= 0, "search.seed", "a whole number of at least 0", seed=self.seed)
        require(self.warmup >= 0, "search.warmup", "a number of epochs of at least 0", warmup=self.warmup)
        require_count("search.startup", startup=self.startup)
        require(
            self.parallel is None or self.parallel >= 1, "search.parallel", "a whole number of at least 1, or null", parallel=self.parallel
        )
        for each in self.all_rounds():
            each.check()

    def all_rounds(self) -> list[RoundConfig]:
        """The rounds, one where none are named."""
        return self.rounds or [RoundConfig(self.sampler, self.trials)]


@dataclass
class SweepConfig(Checked):
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
