"""An experiment of the reproduction: its runs, those that are kept from before and those that are missing, two at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from numlp.config.naming import flattened, values
from numlp.files import json_digest
from numlp.tracking import Run, environment_tags, start_run
from reproduction.experiments import OWN, Experiments, Job
from reproduction.own_draws import SEARCHES, Tried, best, draws
from reproduction.pool import side_by_side
from reproduction.results import FOLDER, Row, read_results, write_results
from reproduction.run_cache import Result, load_result
from reproduction.single_run import SPLITS, Ordered, execute, length, result_file

MLFLOW = "reports"  # MLflow's experiment


@dataclass(frozen=True)
class Planned:
    """A run of the experiment with its seed."""

    job: Job
    seed: int

    @property
    def label(self) -> str:
        """For people."""
        return f"{self.job.experiment} {self.job.key} seed {self.seed}"


def run_experiment(experiments: Experiments, experiment: str, seeds: Sequence[int]) -> None:
    """Run what is missing, and write the experiment's result files.

    Raises:
        UserError: A search comes before the one that its range follows from.
    """
    planned = [Planned(job, seed) for job in experiments.jobs(experiment) for seed in seeds]
    planned += [Planned(job, seeds[0]) for job in own_draws(experiments, experiment, seeds[0])]
    results = dict(_tracked(experiment, planned, seeds))
    rows = [Row(experiment, plan.job.key, plan.seed, results[place]) for place, plan in enumerate(planned)]
    write_results(FOLDER, experiment, rows)


def own_draws(experiments: Experiments, experiment: str, seed: int) -> list[Job]:
    """The runs of our own search, where the experiment is a search; each search is made once, with the first seed."""
    if experiment not in SEARCHES:
        return []
    search = SEARCHES[experiment]
    centre = None
    if search.after is not None:
        rows = [row for row in read_results(FOLDER, search.after) if row["run"].startswith(OWN)]
        centre = best([Tried(float(row["run"].removeprefix(f"{OWN}lam=")), float(row["val_accuracy"])) for row in rows])
    return [experiments.job(experiment, choices, OWN) for choices in draws(search, seed, centre)]


def _tracked(experiment: str, planned: Sequence[Planned], seeds: Sequence[int]) -> Iterator[tuple[int, Result]]:
    """Results as they come, each an MLflow run under the experiment's own."""
    finished = _finished(planned)  # begins the runs before MLflow is imported, which takes seconds
    root, tags = Path.cwd(), environment_tags(Path.cwd())
    with start_run(root, experiment, {"seeds": str(list(seeds)), "runs": len(planned)}, tags, experiment=MLFLOW) as parent:
        for count, (place, result, kept) in enumerate(finished, start=1):
            plan = planned[place]
            _log(root, plan, result, {**tags, "kept": str(kept).lower()}, parent)
            when = "kept" if kept else f"{result.seconds:.1f} s"
            shown = f"validation {result.val_accuracy:.2%}, test {result.test_accuracy:.2%}"
            print(f"{count}/{len(planned)}  {plan.label}: {shown} ({when})", flush=True)
            yield place, result


def _finished(planned: Sequence[Planned]) -> Iterator[tuple[int, Result, bool]]:
    """Place and result of each run, and whether it was kept from before; what is missing begins at once, the longest first."""
    configs = [plan.job.seeded(plan.seed) for plan in planned]
    orders = [
        Ordered(Path.cwd(), place, plan.label, config, result_file(config))
        for place, (plan, config) in enumerate(zip(planned, configs, strict=True))
    ]
    kept = [(order.place, result, True) for order in orders if (result := load_result(order.file)) is not None]
    places = {place for place, _, _ in kept}
    missing = sorted((order for order in orders if order.place not in places), key=lambda order: length(order.config), reverse=True)
    running = side_by_side(execute, missing, max((config.train.threads for config in configs), default=1))
    return chain(kept, ((place, result, False) for place, result in running))


def _log(root: Path, plan: Planned, result: Result, tags: Mapping[str, str], parent: Run) -> None:
    decided = values(plan.job.seeded(plan.seed))
    tags = {**tags, "config_digest": json_digest(decided), "model_digest": result.model_digest, "experiment": plan.job.experiment}
    finals = {f"final/{split}_{what}" for split in SPLITS for what in ("accuracy", "cost")}
    with start_run(root, plan.label, flattened(decided), tags, experiment=MLFLOW, parent=parent.id) as run:
        for record in result.history:
            run.log_record(record)
        run.log_metrics({name: getattr(result, name.removeprefix("final/")) for name in finals} | {"train_seconds": result.seconds})
