"""The runs of an experiment: those that are cached and those that are missing, side by side, and its result files."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from joblib import Parallel, cpu_count, delayed

from numlp.config import Config
from reproduction import product
from reproduction.experiments import Experiments, Job
from reproduction.own_draws import SEARCHES, best_value, draw
from reproduction.results import FOLDER, OWN, Result, RunKey, read_results, write_results
from reproduction.settings import Params

Run: TypeAlias = tuple[Config, str]
"""The settings of a run, and the fault that is planted in it."""


def run_experiment(experiments: Experiments, experiment: str, params: Params) -> None:
    """Train what is missing, and write the experiment's result files with the note of what made them.

    Raises:
        UserError: A search comes before the one that its range follows from.
    """
    seeds = params.seeds_of(experiment)
    note = product.make_note(Path.cwd(), seeds, params.overrides)
    jobs = [(job, seed) for job in experiments.jobs(experiment) for seed in seeds]
    jobs += [(job, seeds[0]) for job in own_jobs(experiments, experiment, seeds[0])]  # each search is made once, with the first seed
    runs = {RunKey(experiment, job.key, seed): (experiments.config(job, seed), job.fault) for job, seed in jobs}
    results = {key: result for key, run in runs.items() if (result := product.load_cached(*run)) is not None}
    for count, (key, result) in enumerate(results.items(), start=1):
        print(f"{count}/{len(runs)}  {key}: {_figures(result)} (kept)", flush=True)
    missing = {key: run for key, run in runs.items() if key not in results}
    if missing:
        results.update(_train(experiment, missing, seeds, len(runs)))
    write_results(FOLDER, experiment, [(key, results[key]) for key in runs], note)


def own_jobs(experiments: Experiments, experiment: str, seed: int) -> list[Job]:
    """The runs of our own search, where the experiment is a search."""
    if experiment not in SEARCHES:
        return []
    search = SEARCHES[experiment]
    center = None if search.after is None else best_value(read_results(FOLDER, search.after))
    return [experiments.job(experiment, overrides, OWN) for overrides in draw(search, seed, center)]


def _train(experiment: str, missing: Mapping[RunKey, Run], seeds: Sequence[int], total: int) -> Iterator[tuple[RunKey, Result]]:
    """Results as they come, each a child run of the experiment's MLflow run; the longest runs begin first.

    Each takes `train.threads` cores: two processes of one thread beat one of two by a half at the reports' sizes.
    """
    root, configs = Path.cwd(), [config for config, _ in missing.values()]
    order = sorted(missing.items(), key=lambda item: -product.count_steps(item[1][0]) * (1 + 0.05 * len(item[1][0].model.hidden)))
    workers = max(1, cpu_count() // max(config.train.threads for config in configs))
    parallel = Parallel(n_jobs=workers, return_as="generator_unordered", batch_size=1, pre_dispatch="all")
    results = parallel(delayed(_make)(root, key, *run) for key, run in order)  # they begin before MLflow is imported, which takes seconds
    with product.tracked(root, experiment, seeds, total) as parent:
        for count, (key, result) in enumerate(results, start=1 + total - len(missing)):
            product.log_run(root, str(key), experiment, *missing[key], result, parent)
            print(f"{count}/{total}  {key}: {_figures(result)} ({result.seconds:.1f} s)", flush=True)
            yield key, result


def _make(root: Path, key: RunKey, config: Config, fault: str) -> tuple[RunKey, Result]:
    return key, product.train_and_cache(root, config, str(key), fault)


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
