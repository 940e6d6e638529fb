"""An experiment of the reproduction: its runs, those that are cached and those that are missing, side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from joblib import Parallel, cpu_count, delayed, parallel_config

from numlp.config import Config
from numlp.config.naming import deciding_choices, flatten
from numlp.data.normalise import SPLITS
from numlp.files import json_digest
from numlp.runs.identity import record_file
from numlp.tracking import About, track
from numlp.training.plan import count_updates
from reproduction.experiments import Experiments, Job
from reproduction.faults import identify
from reproduction.own_draws import SEARCHES, best_value, draw
from reproduction.results import FOLDER, OWN, RUNS, Note, Result, RunKey, load_result, read_results, write_note, write_results
from reproduction.single_run import train_and_cache

MLFLOW = "reports"  # MLflow's experiment


@dataclass(frozen=True)
class PlannedRun:
    """A run of the experiment with its seed, and the file of its cached result."""

    job: Job
    seed: int

    @property
    def label(self) -> str:
        """For people."""
        return f"{self.job.experiment} {self.job.key} seed {self.seed}"

    @property
    def key(self) -> RunKey:
        """In the result files."""
        return RunKey(self.job.experiment, self.job.key, self.seed)

    @property
    def config(self) -> Config:
        """Its choices."""
        return self.job.seeded(self.seed)

    @property
    def file(self) -> Path:
        """Where its result is cached."""
        file = record_file(RUNS, self.config)
        return file.with_stem(identify(file.stem, self.job.fault)[: len(file.stem)])


def run_experiment(experiments: Experiments, experiment: str, note: Note) -> None:
    """Run what is missing, and write the experiment's result files with the note of what made them.

    Raises:
        UserError: A search comes before the one that its range follows from.
    """
    seeds = note.seeds
    planned = [PlannedRun(job, seed) for job in experiments.jobs(experiment) for seed in seeds]
    planned += [PlannedRun(job, seeds[0]) for job in own_jobs(experiments, experiment, seeds[0])]
    results = dict(_tracked(experiment, planned, seeds))
    write_note(FOLDER, experiment, None)
    write_results(FOLDER, experiment, [(plan.key, results[place]) for place, plan in enumerate(planned)])
    write_note(FOLDER, experiment, note)


def own_jobs(experiments: Experiments, experiment: str, seed: int) -> list[Job]:
    """The runs of our own search, where the experiment is a search; each search is made once, with the first seed."""
    if experiment not in SEARCHES:
        return []
    search = SEARCHES[experiment]
    center = None if search.after is None else best_value(read_results(FOLDER, search.after))
    return [experiments.job(experiment, choices, OWN) for choices in draw(search, seed, center)]


def _tracked(experiment: str, planned: Sequence[PlannedRun], seeds: Sequence[int]) -> Iterator[tuple[int, Result]]:
    """Results as they come, each an MLflow run under the experiment's own."""
    results = _results(planned)  # begins the runs before MLflow is imported, which takes seconds
    root = Path.cwd()
    parent = About(experiment, {"seeds": str(list(seeds)), "runs": len(planned)})
    with track(root, None, parent, MLFLOW):
        for count, (place, result, cached) in enumerate(results, start=1):
            plan = planned[place]
            _log(root, plan, result, {"kept": str(cached).lower()}, parent)
            when = "kept" if cached else f"{result.seconds:.1f} s"
            shown = f"validation {result.val_accuracy:.2%}, test {result.test_accuracy:.2%}"
            print(f"{count}/{len(planned)}  {plan.label}: {shown} ({when})", flush=True)
            yield place, result


def _results(planned: Sequence[PlannedRun]) -> Iterator[tuple[int, Result, bool]]:
    """Place and result of each run, and whether it was cached; what is missing begins at once, the longest first."""
    cached = {place: result for place, plan in enumerate(planned) if (result := load_result(plan.file)) is not None}
    missing = [place for place in range(len(planned)) if place not in cached]
    missing.sort(key=lambda place: _relative_length(planned[place].config), reverse=True)
    fresh = _side_by_side(planned, missing)
    return chain(((place, result, True) for place, result in cached.items()), ((place, result, False) for place, result in fresh))


def _relative_length(config: Config) -> float:
    """About how long a run takes, in no unit."""
    return count_updates(config)[0] * (1 + 0.05 * len(config.model.hidden))


def _side_by_side(planned: Sequence[PlannedRun], places: Sequence[int]) -> Iterator[tuple[int, Result]]:
    """Place and result of the runs at `places`, in the order in which they end; they begin in the order given, at once.

    Each takes `train.threads` cores. Two processes of one thread beat one of two by a half at the reports' sizes.
    """
    threads = max((plan.config.train.threads for plan in planned), default=1)
    with parallel_config(backend="loky"):
        parallel = Parallel(n_jobs=max(1, cpu_count() // threads), return_as="generator_unordered", batch_size=1, pre_dispatch="all")
        plans = ((place, planned[place]) for place in places)
        tasks = (delayed(train_and_cache)(Path.cwd(), place, plan.config, plan.label, plan.file, plan.job.fault) for place, plan in plans)
        results: Iterator[tuple[int, Result]] = parallel(tasks)
    return results


def _log(root: Path, plan: PlannedRun, result: Result, tags: Mapping[str, str], parent: About) -> None:
    decided = deciding_choices(plan.config)
    tags = {**tags, "fault": plan.job.fault} if plan.job.fault else tags
    tags = {**tags, "config_digest": json_digest(decided), "model_digest": result.model_digest, "experiment": plan.job.experiment}
    about = About(plan.label, flatten(decided), tags, parent=parent.run_id)
    finals = {f"final/{split}_{what}": getattr(result, f"{split}_{what}") for split in SPLITS for what in ("accuracy", "cost")}
    about.metrics = finals | {"train_seconds": result.seconds}
    with track(root, None, about, MLFLOW) as run:
        for record in result.history:
            run.log(record)
