"""The runs of an experiment: those that are cached and those that are missing, side by side, and its result files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from joblib import Parallel, cpu_count, delayed

from numlp.config import Config
from reproduction import product
from reproduction.experiments import Experiments, Job
from reproduction.own_draws import SEARCHES, best_value, draw
from reproduction.results import FOLDER, OWN, Result, RunKey, read_results, write_results
from reproduction.settings import Params


@dataclass(frozen=True)
class Planned:
    """A run of an experiment with its seed and its settings."""

    job: Job
    seed: int
    config: Config

    @property
    def key(self) -> RunKey:
        """The run in the result files."""
        return RunKey(self.job.experiment, self.job.key, self.seed)

    @property
    def name(self) -> str:
        """The run, for people."""
        return f"{self.job.experiment} {self.job.key} seed {self.seed}"


def run_experiment(experiments: Experiments, experiment: str, params: Params) -> None:
    """Train what is missing, and write the experiment's result files with the note of what made them.

    Raises:
        UserError: A search comes before the one that its range follows from.
    """
    seeds = params.seeds_of(experiment)
    jobs = [(job, seed) for job in experiments.jobs(experiment) for seed in seeds]
    jobs += [(job, seeds[0]) for job in own_jobs(experiments, experiment, seeds[0])]  # each search is made once, with the first seed
    runs = [Planned(job, seed, experiments.config(job, seed)) for job, seed in jobs]
    results = {run.key: result for run in runs if (result := product.load_cached(run.config, run.job.fault)) is not None}
    for count, run in enumerate((run for run in runs if run.key in results), start=1):
        print(f"{count}/{len(runs)}  {run.name}: {_figures(results[run.key])} (kept)", flush=True)
    missing = [run for run in runs if run.key not in results]
    if missing:
        results.update(_train(missing, seeds, len(runs)))
    note = product.make_note(Path.cwd(), seeds, params.overrides)
    write_results(FOLDER, experiment, [(run.key, results[run.key]) for run in runs], note)


def own_jobs(experiments: Experiments, experiment: str, seed: int) -> list[Job]:
    """The runs of our own search, where the experiment is a search."""
    if experiment not in SEARCHES:
        return []
    search = SEARCHES[experiment]
    center = None if search.after is None else best_value(read_results(FOLDER, search.after))
    return [experiments.job(experiment, overrides, OWN) for overrides in draw(search, seed, center)]


def _train(missing: Sequence[Planned], seeds: Sequence[int], total: int) -> Iterator[tuple[RunKey, Result]]:
    """Results as they come, each a child run of the experiment's MLflow run; the longest runs begin first.

    Each takes `train.threads` cores: two processes of one thread beat one of two by a half at the reports' sizes.
    """
    root = Path.cwd()
    order = sorted(missing, key=lambda run: -product.count_steps(run.config) * (1 + 0.05 * len(run.config.model.hidden)))
    workers = max(1, cpu_count() // max(run.config.train.threads for run in missing))
    parallel = Parallel(n_jobs=workers, return_as="generator_unordered", batch_size=1, pre_dispatch="all")
    results = parallel(delayed(_make)(root, run) for run in order)  # they begin before MLflow is imported, which takes seconds
    with product.tracked(root, missing[0].job.experiment, seeds, total) as parent:
        for count, (run, result) in enumerate(results, start=1 + total - len(missing)):
            product.log_run(root, run.name, run.job.experiment, run.config, run.job.fault, result, parent)
            print(f"{count}/{total}  {run.name}: {_figures(result)} ({result.seconds:.1f} s)", flush=True)
            yield run.key, result


def _make(root: Path, run: Planned) -> tuple[Planned, Result]:
    return run, product.train_and_cache(root, run.config, run.name, run.job.fault)


def _figures(result: Result) -> str:
    return f"validation {result.val_accuracy:.2%}, test {result.test_accuracy:.2%}"


def plan(experiments: Experiments, params: Params) -> dict[str, tuple[int, int, int]]:
    """By experiment its runs that no experiment before it makes, their updates, and those of our own draws, once and not per seed."""
    made: set[str] = set()
    planned = {}
    for name in experiments.names:
        runs = [(experiments.config(job, seed), job.fault) for job in experiments.jobs(name) for seed in params.seeds_of(name)]
        steps: Mapping[str, int] = {product.identify_training(*run): product.count_steps(run[0]) for run in runs}
        new = steps.keys() - made
        made |= new
        own = SEARCHES[name].count * product.count_steps(runs[0][0]) if name in SEARCHES else 0
        planned[name] = len(new), sum(steps[key] for key in new), own
    return planned
