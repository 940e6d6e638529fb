"""A sweep: rounds of trials, each a job of Hydra's launcher, those alone that have not been made before."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import HydraContext
from omegaconf import DictConfig, OmegaConf

from numlp.config.launchers import at_once
from numlp.config.search import SearchConfig, SweepConfig, decides
from numlp.errors import require
from numlp.files import json_digest
from numlp.sweep import conclusion, estimate
from numlp.sweep.composer import Composer
from numlp.sweep.conf_snapshot import frozen
from numlp.sweep.forkserver import forked
from numlp.sweep.job_runner import Runner, clear
from numlp.sweep.jobs import FINAL, Job
from numlp.sweep.live_table import Display
from numlp.sweep.planner import Planner
from numlp.sweep.rounds import Proposal, Round, begin_round, check_rounds, count
from numlp.sweep.space import SEED, Space, narrowed, read_space
from numlp.sweep.summary import network, space_line
from numlp.sweep.sweep_run import common_settings, family
from numlp.sweep.trials import LOWER_IS_BETTER, Trial, best_points, ranked, trials
from numlp.tracking import Terminated, relaying

SWEEPS = Path("build/sweeps")  # what counts in one sweep alone: which of its trials were pruned


class Sweep:
    """What `numlp train -m` does.

    Args:
        context: Hydra's.
        config: The sweep's choices, with Hydra's part and the keys `search` and `sweep`.
        task: Trains, given a job's choices and its place in the sweep.
        texts: Overrides: those that are fixed, and what varies.

    Raises:
        UserError: What is asked for breaks a rule.
    """

    def __init__(self, context: HydraContext, config: DictConfig, task: Callable[..., Any], texts: Sequence[str]) -> None:
        search, sweep = OmegaConf.to_object(config.search), OmegaConf.to_object(config.sweep)
        assert isinstance(search, SearchConfig) and isinstance(sweep, SweepConfig)
        search.check_all()
        parsed = OverridesParser.create(config_loader=context.config_loader).parse_overrides(list(texts))
        fixed, space, self._seeds = read_space(parsed)
        alone = not search.prune or len(self._seeds) < 2
        require(alone, "search.prune", "one seed, as trials of several are judged by their mean", seeds=", ".join(self._seeds))
        check_rounds(search.all_rounds(), space)
        self._context, self._config, self._task, self._search, self._sweep = context, config, task, search, sweep
        self._out = Path(config.hydra.sweep.dir)
        self._spaces: list[Space] = [space]
        self._planner = Planner(Composer(context.config_loader, config), fixed, self._seeds, sweep.rerun)
        self._side_by_side = at_once(config, self._planner.composer.compose(fixed, [])[1].train.threads)

    def run(self) -> list[Trial]:
        """Make it, or only say what it would make.

        Raises:
            UserError: Jobs failed; each was told with its own error.
            KeyboardInterrupt: Jobs were stopped by a signal.
        """
        if not self._sweep.dry_run:
            self._prepare()
        current = self._begin(0)
        jobs = self._plan(current, 0)
        if self._search.final:
            self._planner.check(jobs[0][0], self._search.final_with)
        space, known = space_line(self._spaces[0]), [job.record.stem for job in self._planner.jobs]
        identity = json_digest({"space": space, "seeds": self._seeds, "search": decides(self._search), "first": known})
        pruned = SWEEPS / identity[:16]
        if self._sweep.dry_run:
            estimate.say(self._planner, pruned, self._total(), self._asked_at_once)
            return []
        params = self._settings(space)
        forks = (self._side_by_side or 0) if self._planner.any_fresh(pruned) else 0
        with forked(forks), family(self._name, identity, params, self._out, self._sweep.rerun) as found, relaying() as signals:
            better = min if self._search.objective in LOWER_IS_BETTER else max
            display = Display(self._total(), self._search.objective, better)
            display.say(f"network: {network(self._planner.jobs)}")
            shared = (self._planner, display, found, self._search, self._out, pruned, self._sweep.fail_fast, signals)
            runner = Runner(self._context, self._config, self._task, *shared)
            made = self._make(runner, current, jobs)
            conclusion.conclude(conclusion.Ended(runner, made, self._spaces, self._from_file))
        return made

    def _make(self, runner: Runner, current: Round, jobs: list[tuple[Proposal, list[Job]]]) -> list[Trial]:
        """Bring all jobs to their end; the trials without the final training."""
        try:
            self._rounds(runner, current, jobs)
            made = trials(self._planner.jobs)
            if self._search.final and not runner.over:
                self._final(runner, made)
        except (KeyboardInterrupt, Terminated):
            conclusion.interrupted(runner, self._total())
            raise
        return made

    def _prepare(self) -> None:
        """Make the sweep's folder, and keep there what its jobs are composed from."""
        clear(self._out)
        OmegaConf.save(self._config, self._out / "multirun.yaml")
        self._context = frozen(self._context, self._out)
        self._planner.composer = Composer(self._context.config_loader, self._config)

    def _settings(self, space: str) -> dict[str, Any]:
        """The parameters of the sweep's run: those of its members, and the search's."""
        varied = [*self._spaces[0], *([SEED] if len(self._seeds) > 1 else [])]
        search = {f"search.{key}": value for key, value in decides(self._search).items()}
        common = common_settings(self._planner.jobs, self._planner.choices, varied)
        return {**common, "space": space, "seeds": ", ".join(self._seeds), **search}

    def _rounds(self, runner: Runner, current: Round, jobs: list[tuple[Proposal, list[Job]]]) -> None:
        rounds = self._search.all_rounds()
        if (self._side_by_side or self._search.parallel) is None and any(each.sampler == "tpe" for each in rounds):
            runner.display.say("tpe asks for one trial after the other: search.parallel=N for a cluster that runs N jobs side by side")
        for place, each in enumerate(rounds):
            if place > 0:
                before = [trial for trial in trials(self._planner.jobs) if trial.jobs[0].round == place - 1]
                best = best_points(before, self._search.objective, each.best)
                if not best:
                    return
                self._spaces.append(narrowed(self._spaces[-1], best, each.margin))
                current = self._begin(place)
                jobs = self._plan(current, place)
            if len(rounds) > 1:
                runner.display.say(f"round {place + 1} of {len(rounds)} ({each.sampler}): {space_line(self._spaces[-1])}")
            while jobs:
                runner.make([job for _, made in jobs for job in made], current.study, self._journal(place))
                for proposal, made in jobs:
                    trial = Trial(tuple(made))
                    current.tell(proposal, trial.loss(self._search.objective), trial.pruned)
                    runner.family.add_group(trial, self._planner.choices)
                if runner.over:
                    return
                jobs = self._plan(current, place)

    def _final(self, runner: Runner, made: Sequence[Trial]) -> None:
        """Train the best choices once more, as the reports trained their final networks."""
        order = ranked(made, self._search.objective)
        if not order:
            return
        more = self._search.final_with
        runner.display.say(f"final training: {order[0].label} with {' '.join(more)}")
        jobs = self._planner.trial(Proposal(0, order[0].point), FINAL, more)
        runner.make(jobs, None, self._journal(0))

    def _begin(self, place: int) -> Round:
        search = replace(self._search, prune=False) if self._sweep.dry_run else self._search  # which then needs no journal
        return begin_round(search, place, self._spaces[-1], self._asked_at_once, self._journal(place))

    def _plan(self, current: Round, place: int) -> list[tuple[Proposal, list[Job]]]:
        return [(proposal, self._planner.trial(proposal, place)) for proposal in current.ask()]

    def _journal(self, place: int) -> Path:
        return self._out / f"study-{place + 1}.journal"

    def _total(self) -> int:
        """Jobs of all rounds, those of later grids by the ranges of the first."""
        return (self._trials + (1 if self._search.final else 0)) * max(1, len(self._seeds))

    @property
    def _trials(self) -> int:
        """Of all rounds."""
        return sum(count(each, self._spaces[0]) for each in self._search.all_rounds())

    @property
    def _asked_at_once(self) -> int:
        """Trials that tpe is asked for before the first of them is told."""
        return self._search.parallel or self._side_by_side or 1

    @property
    def _name(self) -> str:
        """Of the sweep, in MLflow: its file in conf/search or conf/experiment, or else what it varies, e.g. lam x norm, 6 trials."""
        choices = self._config.hydra.runtime.choices
        varied = " x ".join(self._spaces[0]) or SEED
        trials = f"{self._trials} trial{'' if self._trials == 1 else 's'}"
        return str(choices.get("search") or choices.get("experiment") or f"{varied}, {trials}")

    @property
    def _from_file(self) -> bool:
        """Whether a file of conf/ makes this a sweep, not -m."""
        return bool(OmegaConf.select(self._config, "hydra.sweeper.params"))
