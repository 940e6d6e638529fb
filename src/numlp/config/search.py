"""Settings of sweeps, `hydra.sweeper`: no single run reads them."""

from dataclasses import asdict, dataclass, field
from typing import Any

from numlp.config.schema import COUNT, one_of, value
from numlp.errors import NOT_NEGATIVE, Rule

NODE, SWEEPER = "hydra.sweeper", "numlp"  # the place of these settings, and their name in the group hydra/sweeper
SAMPLER = one_of("grid", "random", "qmc", "tpe")
OBJECTIVE = one_of("val_accuracy", "best_val_accuracy", "val_cost")  # no metric of the test split may choose
MARGIN = Rule(lambda x: 0 <= x < 10, "a number of decades of at least 0 and below 10")


@dataclass
class Round:
    """A round of a search.

    Attributes:
        sampler: grid, random, qmc (quasi-random) or tpe (Bayesian).
        trials: Number of trials; with grid, of points in each interval.
        best: A later round spans this many best trials of the round before,
        margin: extended by this many decades on either side.
    """

    sampler: str = value("random", SAMPLER)
    trials: int = value(10, COUNT)
    best: int = value(3, COUNT)
    margin: float = value(0.25, MARGIN)


@dataclass
class Place:
    """The place of a job in its sweep. The sweep tells it by overrides, which reach the process of any launcher.

    Attributes:
        total: Number of the sweep's jobs; 0 outside a sweep.
        key: Digest of the job's settings and code when the sweep began.
        label: The values that tell the job from the others.
        group: The values of the job's trial, the same for all of its seeds.
        sweep: Digest of the sweep.
        parent: MLflow's id of the sweep's run.
        began: When the first job was launched, in seconds since 1970.
        study: Journal file of the study, if trials are pruned.
        trial: Number of the job's trial in that study.
    """

    total: int = 0
    key: str = ""
    label: str = ""
    group: str = ""
    sweep: str = ""
    parent: str = ""
    began: float = 0.0
    study: str = ""
    trial: int = 0


@dataclass
class Search:
    """The node hydra.sweeper. Overrides say what varies: lam=0.1,0.01, lam=tag(log,interval(1e-5,1e-1)), seed=range(5).

    Attributes:
        params: What varies, before the command line.
        sampler: Sampler of a search of one round.
        trials: Number of trials of a search of one round.
        rounds: Rounds from coarse to fine, in place of `sampler` and `trials`.
        objective: The validation metric that ranks the trials, as the mean over the seeds.
        prune: Stop a trial whose validation cost is above the median of the earlier trials at the same epoch.
        warmup: Epochs of a trial before it can be pruned.
        startup: Trials that are trained to the end before any is pruned.
        seed: Seed of the sampler.
        parallel: Trials that tpe proposes at once; null: as many as run side by side on this machine.
        rerun: Train again what has a cached result.
        dry_run: Only list the jobs.
        job: The place of a job, which the sweep sets.
    """

    _target_: str = "hydra_plugins.numlp_sweeper.NumlpSweeper"
    params: dict[str, str] = field(default_factory=dict)
    sampler: str = value("grid", SAMPLER)
    trials: int = value(10, COUNT)
    rounds: list[Round] = field(default_factory=list)
    objective: str = value("val_accuracy", OBJECTIVE)
    prune: bool = False
    warmup: float = value(1.0, NOT_NEGATIVE)
    startup: int = value(4, COUNT)
    seed: int = value(0, NOT_NEGATIVE)
    parallel: int | None = value(None, COUNT)
    rerun: bool = False
    dry_run: bool = False
    job: Place = field(default_factory=Place)

    def all_rounds(self) -> list[Round]:
        """The rounds; one if none are named."""
        return self.rounds or [Round(self.sampler, self.trials)]

    def deciding(self) -> dict[str, Any]:
        """The settings that decide the trials."""
        settings = {name: getattr(self, name) for name in ("objective", "prune", "warmup", "startup", "seed", "parallel")}
        return settings | {"rounds": [asdict(each) for each in self.all_rounds()]}
