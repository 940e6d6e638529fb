"""A sweep: points of a study -> jobs -> Hydra's launcher -> outcomes -> the study, the table and the figures."""

import shlex
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from os.path import relpath
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.core.plugins import Plugins
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict

from numlp.config.compose import chosen_files, to_config
from numlp.config.naming import common_caption, deciding_choices, flatten, run_name
from numlp.config.schema import check_rules
from numlp.config.search import NODE, Place, Search
from numlp.data.cifar10 import Unavailable
from numlp.data.sources import describe_data
from numlp.errors import UserError, one_line, require
from numlp.files import json_digest
from numlp.results.identity import RECORDS, record_file, settings_key
from numlp.results.outcome import Outcome
from numlp.results.output_folder import NOTES
from numlp.signals import Terminated, stoppable
from numlp.sweep.member import ENDED, find_outcome
from numlp.sweep.space import SEED, Choice, Point, Range, Space, describe_space, narrow, read_space, shorten
from numlp.sweep.study import Study, count_trials
from numlp.sweep.trial import TABLE, Job, Trial, list_trials, rank_trials, shared_settings, show_trial, write_trials
from numlp.threads import cores
from numlp.tracking.queries import SWEEP
from numlp.tracking.run import track
from numlp.tracking.sending import About
from numlp.training.plan import check_data, check_memory, count_updates, estimate_memory

MOST = 8  # runs that numlp compare takes
ATTEMPTS = 3  # launches of a job whose process is lost; in the last one it runs alone


class Sweep:
    """A sweep of `numlp train -m`, from what Hydra gives its sweepers; some of the overrides `arguments` are fixed, some vary."""

    def __init__(self, hydra: HydraContext, task: TaskFunction, config: DictConfig, arguments: Sequence[str]) -> None:
        search = OmegaConf.to_object(config.hydra.sweeper)
        assert isinstance(search, Search)
        check_rules(search, f"{NODE}.")
        self._hydra, self._task, self._config, self._search = hydra, task, config, search
        texts = [*(f"{key}={values}" for key, values in search.params.items()), *arguments]
        parsed = OverridesParser.create(config_loader=hydra.config_loader).parse_overrides(texts)
        self._fixed, self._space, seeds = read_space(parsed)
        self._seeds = [{SEED: seed} for seed in seeds] or [{}]
        subdir = str(OmegaConf.to_container(config.hydra.sweep, resolve=False)["subdir"])  # type: ignore[index, call-overload]
        varied = [*self._space, *([SEED] if len(seeds) > 1 else [])]
        each = "${hydra" in subdir or all(key.lstrip("+") in subdir for key in varied)
        remedy = "jobs in one folder would overwrite each other; numlp's own is ${hydra.job.num}"
        require(each, "hydra.sweep.subdir", f"a name with {', '.join(varied)}", remedy, subdir=subdir)
        several = "trials of several seeds are compared by their mean"
        require(not search.prune or len(seeds) < 2, f"{NODE}.prune", "one seed", several, seeds=", ".join(seeds))
        for key, dimension in self._space.items() if len(search.rounds) > 1 else ():
            low = dimension.low if isinstance(dimension, Range) else 1
            require(low > 0, key, "a range above 0", "later rounds narrow it on a log scale", low=low)
        self._check_files()
        jobs = OmegaConf.select(config, "hydra.launcher.n_jobs")  # a cluster's launcher does not say
        require(jobs != 0, "hydra.launcher.n_jobs", "a number of jobs, or -1 for one job per core", n_jobs=jobs)
        self._side_by_side = 1 if jobs is None else jobs if jobs > 0 else cores()
        self._out, self._jobs, self._launched = Path(config.hydra.sweep.dir).absolute(), list[Job](), 0
        self._trials = sum(count_trials(each, self._space) for each in search.all_rounds())
        self._total, self._lost, self._digest = self._trials * len(self._seeds), "", ""

    def run(self) -> list[Trial]:
        """Run all rounds, and write and print the results; a dry run only lists the jobs.

        Raises:
            UserError: Jobs failed; each was listed with its own error.
            KeyboardInterrupt: A signal stopped the sweep.
        """
        if not self._search.dry_run:
            shutil.rmtree(self._out / NOTES, ignore_errors=True)  # notes of another sweep in this folder
            (self._out / NOTES).mkdir(parents=True)
            OmegaConf.save(self._config, self._out / "multirun.yaml")
        study = Study(self._search, 0, self._space, self._side_by_side, self._out / NOTES)
        trials = self._plan(study)
        jobs = [job for trial in trials for job in trial.jobs]
        valid = sorted((job.config for job in jobs if job.config), key=lambda config: -sum(estimate_memory(config).values()))
        for side_by_side in (1, self._side_by_side) if valid else ():  # the first is what no smaller number of jobs would mend
            check_memory(*valid[:side_by_side])
        space = describe_space(self._space)
        search = {"space": space, "seeds": self._seeds, "search": self._search.deciding()}
        self._digest = json_digest({**search, "first": [job.record.stem or job.error for job in jobs]})[:16]
        network = common_caption([deciding_choices(config) for config in valid]) if valid else "no valid network"
        print(f"network: {network}", flush=True)
        if self._search.dry_run:
            for place, job in enumerate(jobs, start=1):
                cached = not job.error and not self._search.rerun and find_outcome(job.record, self._digest, 0) is not None
                state = f"would fail: {job.error}" if job.error else "cached" if cached else "to run"
                print(f"{place}/{self._total}  {job.place.label}: {state}")
            if more := self._total - len(jobs):
                print(f"{more} more jobs follow from the results of these")
            return []
        if not valid:
            raise UserError(jobs[0].error)
        named, keys = self._config.hydra.runtime.choices, " x ".join(self._space) or SEED
        name = named.get("search") or named.get("experiment") or f"{keys}, {self._trials} trial{'s' * (self._trials != 1)}"
        settings = {f"search.{key}": value for key, value in self._search.deciding().items()}
        tag = self._digest + (f", {time.time():.0f}" if self._search.rerun else "")  # the same command continues its run, unless it reruns
        shared = shared_settings(jobs, [*self._space, *self._seeds[0]])
        about = About(name, {**shared, **settings, "space": space}, {SWEEP: tag})
        with track(Path.cwd(), self._out, about), stoppable() as self._stop:
            self._parent = about.run_id
            try:
                trials, spaces = self._run_rounds(study, trials)
            except (KeyboardInterrupt, Terminated) as signal:
                ended = (self._out / ENDED).stat().st_size if (self._out / ENDED).exists() else 0
                print(f"sweep: {ended} of {self._total} jobs are done; the same command resumes the sweep", flush=True)
                raise signal from None  # a worker may have told of the signal
            self._conclude(trials, spaces, about, network)
        return trials

    def _run_rounds(self, study: Study, batch: list[Trial]) -> tuple[list[Trial], list[Space]]:
        """Run the trials of each round, which are those of the space that the best trials of the round before leave."""
        trials, spaces, rounds = list[Trial](), [self._space], self._search.all_rounds()
        self._began = time.time()
        for place, settings in enumerate(rounds):
            if place:
                before = rank_trials((trial for trial in trials if trial.round == place - 1), self._search.objective)
                if not before:
                    break
                spaces.append(narrow(spaces[-1], [trial.point for trial in before[: settings.best]], settings.margin))
                study = Study(self._search, place, spaces[-1], self._side_by_side, self._out / NOTES)
                left = sum(count_trials(each, spaces[-1]) for each in rounds[place:])  # fewer where the space lost choices or whole numbers
                self._total = len(self._jobs) + left * len(self._seeds)
                batch = self._plan(study)
            if len(rounds) > 1:
                print(f"round {place + 1} of {len(rounds)} ({settings.sampler}): {describe_space(spaces[-1])}", flush=True)
            while batch:
                self._launch([job for trial in batch for job in trial.jobs], study)
                for trial in batch:
                    study.tell(trial.number, trial.loss(self._search.objective))
                    if self._parent:
                        show_trial(trial, self._parent)
                trials += batch
                batch = self._plan(study)
        return trials, spaces

    def _plan(self, study: Study) -> list[Trial]:
        """The next trials of a round, each job composed and checked."""
        asked = study.ask()
        return [Trial(number, study.place, point, [self._compose(number, point, seed) for seed in self._seeds]) for number, point in asked]

    def _compose(self, trial: int, point: Point, seed: Point) -> Job:
        """A job with its settings, or with the rule that they break.

        Raises:
            HydraException: The overrides do not compose.
            Unavailable: There are no images, for any job.
        """
        values = {**point, **seed}
        varied = [f"{key}={value}" for key, value in values.items()]
        composed = self._hydra.config_loader.load_sweep_config(self._config, [*self._fixed, *varied])
        choices = chosen_files(composed.hydra.runtime.choices)
        job = Job(Place(label=shorten(values) or "one run", group=shorten(point) or "one trial", trial=trial), varied)
        with open_dict(composed):
            del composed["hydra"]
        try:
            config = to_config(composed)
            job.place.key, job.name = settings_key(config), run_name(config, choices)
            check_data(config, describe_data(config))
            count_updates(config)
            job.config, job.record, job.settings = config, record_file(RECORDS, config), flatten(deciding_choices(config)) | choices
        except Unavailable:
            raise
        except UserError as error:
            job.error = str(error)
        return job

    def _check_files(self) -> None:
        """Raise UserError if a file that is one of several to try is a sweep itself: Hydra would ignore what it varies, and train less."""
        groups = set(self._hydra.config_loader.list_groups(""))
        for key, dimension in self._space.items():
            for name in dimension.values if isinstance(dimension, Choice) and key.lstrip("+") in groups else ():
                composed = self._hydra.config_loader.load_sweep_config(self._config, [*self._fixed, f"{key}={name}"])
                if composed.hydra.sweeper != self._config.hydra.sweeper:
                    problem = f"this file is a sweep of its own ({NODE}), which a sweep over files would not make"
                    raise UserError(f"{key}={name}: {problem}; run one after another: numlp train {key}={name}, then the others")

    def _launch(self, jobs: Sequence[Job], study: Study) -> None:
        """Bring jobs to their end by Hydra's launcher; again if a process is lost, since a job that has ended finds its result."""
        self._jobs += jobs
        for attempt in range(ATTEMPTS):
            left = [job for job in jobs if job.outcome is None]
            if not left:
                break
            if attempt:
                print(f"sweep: a process was lost: {self._lost}; {len(left)} jobs start again", flush=True)
            for group in [left] if attempt < ATTEMPTS - 1 else [[job] for job in left]:
                self._hand_over(group, study)
        for job in jobs:
            job.outcome = job.outcome or Outcome("failed", "", error=f"its process was lost: {self._lost}")

    def _hand_over(self, group: Sequence[Job], study: Study) -> None:
        """Give jobs to the launcher, and take their outcomes; none of those whose process is lost."""
        overrides, first = [self._overrides(job, study) for job in group], self._launched
        self._launched += len(group)
        launcher = Plugins.instance().instantiate_launcher(hydra_context=self._hydra, task_function=self._task, config=self._config)
        try:
            for job, result in zip(group, launcher.launch(overrides, initial_job_idx=first), strict=True):
                job.outcome = result.return_value
        except Exception as error:  # the launcher raises it: a process or a node is lost
            self._lost = one_line(error).partition(". ")[0]
            for job in group:
                job.outcome = None if job.error else find_outcome(job.record, self._digest, self._began)
        if self._stop:
            raise self._stop.exception()  # a worker that waits for a job dies of the signal and tells nobody
        if any(job.outcome is not None and job.outcome.state == "stopped" for job in group):
            raise KeyboardInterrupt

    def _overrides(self, job: Job, study: Study) -> list[str]:
        """All overrides of a job, which reach it in whatever process: what the sweep changes in its own config does not."""
        sweep = {"total": self._total, "sweep": self._digest, "parent": self._parent, "began": self._began, "study": study.journal}
        place = [f"{NODE}.job.{key}={_quoted(value)}" for key, value in {**asdict(job.place), **sweep}.items()]
        return [f"hydra.sweep.dir={_quoted(str(self._out))}", *place, *self._fixed, *job.varied]

    def _conclude(self, trials: Sequence[Trial], spaces: Sequence[Space], about: About, network: str) -> None:
        """Write and print the results, give them to MLflow, and raise UserError if jobs failed."""
        from numlp.sweep.plots import draw_figures  # the import brings matplotlib

        order = rank_trials(trials, self._search.objective)
        title = f"{', then '.join(each.sampler for each in self._search.all_rounds())}; {describe_space(self._space)}"
        lines = list_trials(trials, order, self._search.objective)
        write_trials(self._out, trials)
        if order:
            best = order[0].jobs[0]
            assert best.config is not None
            draw_figures(self._out, trials, order, spaces, title, describe_data(best.config))
            alone = ["hydra.mode=RUN"] if self._search.params else []  # a file of conf/ makes it a sweep
            command = shlex.join(["numlp", "train", *self._fixed, *best.varied, *alone])
            lines.append(f"train the best alone: `{command}`")
            folders = list(dict.fromkeys(outcome.folder for trial in order for outcome in trial.outcomes))  # rounds may meet
            lines += [f"compare the runs: `{shlex.join(['numlp', 'compare', *folders])}`"] if 2 <= len(folders) <= MOST else []
            about.tags |= {"best": order[0].label, "best_command": command}
            about.metrics |= order[0].metrics()
        about.tags["mlflow.note.content"] = "\n\n".join([f"{title}; network: {network}", *lines])
        failed = [job for trial in trials for job in trial.jobs if job.outcome is not None and job.outcome.state == "failed"]
        lines += [f"FAILED  {job.place.label}: {job.outcome.error} ({job.outcome.folder})" for job in failed if job.outcome is not None]
        print(*lines, f"files: {relpath(self._out)}", sep="\n", flush=True)
        if failed:
            raise UserError(f"sweep: {len(failed)} of {self._total} jobs failed; the lines above have their errors")
        if not order:
            raise UserError(f"sweep: no trial was trained to its end; {TABLE} lists their states")


def _quoted(value: object) -> str:
    """A value in Hydra's override syntax."""
    return QuotedString(value, Quote.single).with_quotes() if isinstance(value, str) else str(value)
