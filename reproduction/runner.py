"""The runs of the reproduction: those that are cached and those that are missing, which one pool of processes makes, and result files."""

import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import astuple
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Any

from numlp.errors import UserError, require
from numlp.files import json_digest
from numlp.signals import STOPS, Stop, stoppable
from numlp.threads import cores, library
from reproduction import product
from reproduction.experiments import Experiments, Job
from reproduction.own_draws import SEARCHES, best_value, draw
from reproduction.product import CORETYPE, Training
from reproduction.results import CHECK, FOLDER, OWN, Canary, Result, RunKey, load_result, write_results
from reproduction.settings import Params

SHORT = ("data=synthetic", "train.epochs=2", "train.record.points=1")  # overrides that make a run a canary


class Here(Executor):
    """One worker in this process."""

    def submit(self, function: Any, /, *arguments: Any, **settings: Any) -> "Future[Any]":
        """Call it at once."""
        future: Future[Any] = Future()
        future.set_result(function(*arguments, **settings))
        return future


class Work:
    """Runs of the project in the current folder, by the files that cache their results.

    A search's own draws become known once those of the search before it have ended.

    Args:
        params: Seeds, kernels and overrides of the runs.

    Attributes:
        rows: By result file, the runs in their order.
        draws: By search, its draws beside the report's, once they are known.
    """

    def __init__(self, params: Params) -> None:
        self.params, self.kernels = params, [library()[1], *(kernel for kernel in params.kernels if kernel != library()[1])]
        self.experiments, self.dataset = Experiments(Path.cwd(), params.overrides), product.find_dataset(Path.cwd(), params.overrides)
        self.rows: dict[str, dict[RunKey, Path]] = {}
        self.draws: dict[str, dict[RunKey, Path]] = {}
        self.trainings: dict[Path, Training] = {}
        self.results: dict[Path, Result] = {}
        self._canaries: dict[tuple[str, str, str], Path] = {}
        self._searches: set[str] = set()
        self._began, self._steps = perf_counter(), 0  # the start of the training, and its updates so far

    def kernel(self, seed: int) -> str:
        """The kernel that a seed runs on: the machine's own for the first five, another one for each five that follow."""
        return self.kernels[min(seed // 5, len(self.kernels) - 1)]

    def add(self, name: str) -> None:
        """Add an experiment, with the searches that its own draws follow from; or the runs that test stated intervals."""
        jobs = self.experiments.jobs(name) if name != CHECK else self._jobs_to_check()
        self.rows[name] = {RunKey(job.experiment, job.key, s): self._file(job, s) for job in jobs for s in self.params.seeds_of(name)}
        search: str | None = name if name in SEARCHES else None
        while search is not None:
            self._searches.add(search)
            search = SEARCHES[search].after
        self._draw()
        self.add_canaries(map(self.kernel, self.params.seeds_of(name)))

    def add_canaries(self, kernels: Iterable[str]) -> None:
        """Add a short run of each of the canaries' settings, on each of the kernels."""
        for kernel in dict.fromkeys(kernels):
            for name, key in self.params.canaries.items():
                job = self.experiments.job(name, [*filter(None, key.split(";")), *SHORT])
                self._canaries[name, key, kernel] = self._file(job, 0, kernel)

    def canaries(self) -> list[Canary]:
        """The canaries, whose runs have ended."""
        return [Canary(*place, self.results[file].model_digest) for place, file in self._canaries.items()]

    def note(self, name: str) -> dict[str, Any]:
        """The note beside an experiment's results: seeds, overrides, the images' digest, and what the canaries on its kernels are."""
        seeds = self.params.seeds_of(name)
        kernels = {self.kernel(seed) for seed in seeds}
        canaries = json_digest({"canaries": [astuple(canary) for canary in self.canaries() if canary.kernel in kernels]})
        return {"seeds": seeds, "overrides": self.params.overrides, "data": self.dataset.digest, "canaries": canaries}

    def write(self, name: str) -> None:
        """Write the result files of an experiment, whose runs have ended, or check.csv."""
        files = {**self.rows[name], **self.draws.get(name, {})}
        write_results(FOLDER, name, [(key, self.results[file]) for key, file in files.items()], self.note(name))

    def train(self) -> int:
        """Make all runs that are missing, those of one kernel after those of another, and count them; a signal ends them."""
        self._began, self._steps, cached = perf_counter(), 0, len(self.results)
        print(f"{cached} of {len(self.trainings)} runs are kept from before", flush=True)
        with stoppable() as stop:
            while not stop and (kernels := {training.kernel for training in self.missing().values()}):
                self._train_on(min(kernels, key=self.kernels.index), stop)
        rows = {key: file for files in (*self.rows.values(), *self.draws.values()) for key, file in files.items()}
        product.log_results(Path.cwd(), [(key, self.trainings[file], self.results[file]) for key, file in rows.items()])
        return len(self.results) - cached

    def _file(self, job: Job, seed: int, kernel: str = "") -> Path:
        """The file of a run, which is to be made where it is not there yet."""
        training = Training(
            f"{job.experiment} {job.key} seed {seed}", self.experiments.config(job, seed), job.fault, kernel or self.kernel(seed)
        )
        file = training.file
        if file not in self.trainings:
            self.trainings[file] = training
            if (result := load_result(file)) is not None:
                self.results[file] = result
        return file

    def _draw(self) -> None:
        """Add the own draws, by the first seed, of each search that follows none, or one whose own draws have ended."""
        for name, search in SEARCHES.items():
            before = {key.run: self.results.get(file) for key, file in self.draws.get(search.after or "", {}).items()}
            if name not in self._searches - self.draws.keys() or None in before.values() or (search.after and not before):
                continue
            center = best_value({run: result.val_accuracy for run, result in before.items() if result}) if before else None
            seed = self.params.seeds_of(name)[0]
            jobs = [self.experiments.job(name, overrides, OWN) for overrides in draw(search, seed, center)]
            self.draws[name] = {RunKey(name, job.key, seed): self._file(job, seed) for job in jobs}

    def _jobs_to_check(self) -> list[Job]:
        jobs = [job for name, keys in self.params.check.items() for job in self.experiments.jobs(name) if job.key in keys]
        wanted = [f"{name} {key}" for name, keys in self.params.check.items() for key in keys]
        require(len(jobs) == len(wanted), "check", "runs of experiments", check=wanted)
        return jobs

    def missing(self) -> dict[Path, Training]:
        """The runs that have no result yet."""
        return {file: training for file, training in self.trainings.items() if file not in self.results}

    def _train_on(self, kernel: str, stop: Stop) -> None:
        """Make the missing runs of a kernel, those that others wait for first: two processes of one thread beat one of two by a half."""
        threads = max(training.config.train.threads for training in self.missing().values())
        with workers(kernel, threads) as (pool, count):
            running: dict[Future[Result], Path] = {}
            while True:
                first = {*self._canaries.values(), *(file for rows in self.draws.values() for file in rows.values())}
                files = (file for file, training in self.missing().items() if training.kernel == kernel and file not in running.values())
                waiting = sorted(files, key=lambda file: (file not in first, -self.trainings[file].steps))
                for file in waiting[: count - len(running) if not stop else 0]:
                    running[pool.submit(product.train_and_cache, self.trainings[file], file)] = file
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    file = running.pop(future)
                    self.results[file] = future.result()
                    self._draw()
                    self._tell(file)

    def _tell(self, file: Path) -> None:
        """Print the result of a run, and how long the others will take."""
        result, training = self.results[file], self.trainings[file]
        self._steps += training.steps
        left = (perf_counter() - self._began) / self._steps * sum(training.steps for training in self.missing().values())
        figures = f"validation {result.val_accuracy:.2%}, test {result.test_accuracy:.2%}, {result.seconds:.1f} s"
        count = f"{len(self.results)}/{len(self.trainings)}"
        print(f"{count}  {training.name}: {figures}; about {left / 60:.0f} min left", flush=True)


@contextmanager
def workers(kernel: str, threads: int) -> Iterator[tuple[Executor, int]]:
    """Processes for runs on a kernel, and their number: one for each so many cores; this process where it is alone, and of that kernel."""
    count, others = max(1, cores() // threads), kernel != library()[1]
    if count == 1 and not others:
        yield Here(), 1
        return
    before = {key: value for key, value in os.environ.items() if key == CORETYPE}
    if others:
        os.environ[CORETYPE] = kernel  # until the processes have begun
    try:
        with ProcessPoolExecutor(count, get_context("spawn"), _begin, (Path.cwd(),)) as pool:
            yield pool, count
    except BrokenProcessPool as error:
        raise UserError("a process ended amid a run, perhaps for lack of memory; the same command continues") from error
    finally:
        os.environ.pop(CORETYPE, None)
        os.environ.update(before)


def _begin(root: Path) -> None:
    """Prepare a process for runs: it is in the project's folder, signals between two runs change nothing, and it ends with its parent."""
    os.chdir(root)
    Thread(target=_end_with_parent, daemon=True).start()
    for number in STOPS:
        signal.signal(number, lambda *_: None)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)  # nobody waits for what this process makes


def make_results(names: Sequence[str], params: Params) -> int:
    """Make the missing runs of experiments, or of `CHECK`, write their result files, and count the runs."""
    work = Work(params)
    for name in names:
        work.add(name)
    count = work.train()
    for name in names:
        work.write(name)
    return count
