"""How a sweep is made: the keys `search` (what is tried, and what counts) and `sweep` (how it is run), which no single run reads."""

from dataclasses import dataclass, field
from typing import Any

from numlp.config import Checked, Config
from numlp.errors import require, require_count

SAMPLERS = ("grid", "random", "qmc", "tpe")
OBJECTIVES = ("val_accuracy", "best_val_accuracy", "val_cost")  # no figure of the test split may choose


@dataclass
class RoundConfig(Checked):
    """A round of a search.

    Attributes:
        sampler: grid, random, qmc (quasi-random) or tpe (Bayesian).
        trials: How many; with grid, the points of each range.
        best: The ranges of a later round are those of so many best trials of the round before,
        margin: and so many decades more on either side.
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
    """What a sweep tries and what it is judged by. What varies is in Hydra's own words: lam=0.1,0.01, tag(log,interval(1e-5,1e-1)).

    Attributes:
        rounds: From coarse to fine; where there are none, one round of `sampler` and `trials`.
        objective: The validation figure that chooses, as the mean over the seeds.
        prune: Give up trials whose validation cost is above the median of those before at the same epoch.
        warmup: Epochs before that.
        startup: Trials that are trained to their end before that.
        seed: Of the draws.
        parallel: Trials that tpe is asked for at once; null: as many as the launcher runs side by side.
        final: Train the best choices once more, with `final_with`.
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
    """How a sweep is run.

    Attributes:
        rerun: Train also what has been trained before.
        fail_fast: Begin no further job once one has failed.
        dry_run: Only say what would be run, and how long it would take.
    """

    rerun: bool = False
    fail_fast: bool = False
    dry_run: bool = False


@dataclass
class Primary(Config):
    """All keys: a run's choices, and those of sweeps."""

    search: SearchConfig = field(default_factory=SearchConfig)
    sweep: SweepConfig = field(default_factory=SweepConfig)


def decides(search: SearchConfig) -> dict[str, Any]:
    """What of `search` decides which trials there are."""
    kept = {name: getattr(search, name) for name in ("objective", "prune", "warmup", "startup", "seed", "parallel")}
    return kept | {"rounds": [vars(each) for each in search.all_rounds()]}
