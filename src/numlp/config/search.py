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
    """A round of a search."""

    sampler: str = value("random", SAMPLER)
    trials: int = value(10, COUNT)  # with grid: number of points in each interval
    best: int = value(3, COUNT)  # number of the previous round's best trials that a later round spans
    margin: float = value(0.25, MARGIN)  # decades by which that span is extended on either side


@dataclass
class Place:
    """The place of a job in its sweep. The sweep tells it by overrides, which reach the process of any launcher."""

    total: int = 0  # number of the sweep's jobs; 0 outside a sweep
    key: str = ""  # digest of the job's settings and code when the sweep began
    label: str = ""  # the values that tell the job from the others
    group: str = ""  # the values of the job's trial, the same for all of its seeds
    sweep: str = ""  # digest of the sweep
    parent: str = ""  # MLflow's id of the sweep's run
    began: float = 0.0  # time of the first job's launch, in seconds since 1970
    study: str = ""  # journal file of the study, if trials are pruned
    trial: int = 0  # number of the job's trial in that study


@dataclass
class Search:
    """The node hydra.sweeper. Overrides say what varies: lam=0.1,0.01, lam=tag(log,interval(1e-5,1e-1)), seed=range(5)."""

    _target_: str = "hydra_plugins.numlp_sweeper.NumlpSweeper"
    params: dict[str, str] = field(default_factory=dict)  # values that vary, before those of the command line
    sampler: str = value("grid", SAMPLER)  # quasi-random: qmc; Bayesian: tpe
    trials: int = value(10, COUNT)
    rounds: list[Round] = field(default_factory=list)  # rounds from coarse to fine, in place of `sampler` and `trials`
    objective: str = value("val_accuracy", OBJECTIVE)  # figure that ranks the trials, as the mean over the seeds
    prune: bool = False  # stop a trial whose validation cost is above the median of the earlier trials at the same epoch
    warmup: float = value(1.0, NOT_NEGATIVE)  # number of epochs before a trial may be stopped
    startup: int = value(4, COUNT)  # number of trials that must have ended before any is stopped
    seed: int = value(0, NOT_NEGATIVE)  # the sampler's seed
    parallel: int | None = value(None, COUNT)  # trials that tpe proposes at once; null: as many as run side by side here
    rerun: bool = False  # train again what has a cached result
    dry_run: bool = False  # only list the jobs
    job: Place = field(default_factory=Place)  # the place of a job, which the sweep sets

    def all_rounds(self) -> list[Round]:
        """The rounds; one if none are named."""
        return self.rounds or [Round(self.sampler, self.trials)]

    def deciding(self) -> dict[str, Any]:
        """The settings that decide the trials."""
        settings = {name: getattr(self, name) for name in ("objective", "prune", "warmup", "startup", "seed", "parallel")}
        return settings | {"rounds": [asdict(each) for each in self.all_rounds()]}
