"""The rounds of a search, one after the other: each tries the space that the best trials of the round before leave."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from numlp.config.search import SearchConfig
from numlp.runs.output_folder import NOTES
from numlp.sweep.job_runner import Runner
from numlp.sweep.jobs import FINAL, Job
from numlp.sweep.planner import Planner
from numlp.sweep.rounds import Proposal, Round, begin_round, count_trials
from numlp.sweep.space import Space, narrowed
from numlp.sweep.summary import describe_space
from numlp.sweep.trials import Trial, best_points, group_by_trial, rank_trials


@dataclass
class RoundLoop:
    """The rounds of a search, and its final training.

    Attributes:
        search: The rounds, and what judges their trials.
        planner: Makes the jobs of a trial.
        out: The sweep's folder, for the storage of studies that processes share.
        side_by_side: Jobs that run at once; None where the launcher does not say.
        spaces: Of the first round, then of each further one that began.
    """

    search: SearchConfig
    planner: Planner
    out: Path
    side_by_side: int | None
    spaces: list[Space]
    _round: Round = field(init=False)
    _planned: list[tuple[Proposal, list[Job]]] = field(init=False)

    @property
    def at_once(self) -> int:
        """Trials that tpe is asked for before the first of them is told."""
        return self.search.parallel or self.side_by_side or 1

    @property
    def total(self) -> int:
        """Trials of all rounds, those of later grids by the ranges of the first."""
        return sum(count_trials(config, self.spaces[0]) for config in self.search.all_rounds())

    def begin(self) -> None:
        """Plan the first trials.

        Raises:
            UserError: The overrides of the final training break a rule.
        """
        self._begin_round(0)
        if self.search.final:
            self.planner.check(self._planned[0][0], self.search.final_with)

    def run(self, runner: Runner) -> list[Trial]:
        """Bring all jobs to their end; the trials without the final training."""
        rounds, display = self.search.all_rounds(), runner.context.display
        if (self.side_by_side or self.search.parallel) is None and any(config.sampler == "tpe" for config in rounds):
            display.say("search: tpe proposes one trial at a time; on a cluster that runs N jobs at a time, set search.parallel=N")
        for place, config in enumerate(rounds):
            if place > 0 and not self._narrow(place):
                break
            if len(rounds) > 1:
                display.say(f"round {place + 1} of {len(rounds)} ({config.sampler}): {describe_space(self.spaces[-1])}")
            self._run_round(runner, place)
            if runner.context.over:
                break
        trials = group_by_trial(self.planner.jobs)
        if self.search.final and not runner.context.over:
            self._run_final(runner, trials)
        return trials

    def _narrow(self, place: int) -> bool:
        """Begin a later round around the best trials of the one before; False when there are none."""
        config = self.search.all_rounds()[place]
        before = [trial for trial in group_by_trial(self.planner.jobs) if trial.jobs[0].round == place - 1]
        best = best_points(before, self.search.objective, config.best)
        if best:
            self.spaces.append(narrowed(self.spaces[-1], best, config.margin))
            self._begin_round(place)
        return len(best) > 0

    def _run_round(self, runner: Runner, place: int) -> None:
        while self._planned:
            runner.run_jobs([job for _, jobs in self._planned for job in jobs], self._round.study)
            for proposal, jobs in self._planned:
                trial = Trial(tuple(jobs))
                self._round.tell(proposal, trial.loss(self.search.objective), trial.pruned)
                runner.sweep_run.add_mean(trial, self.planner.choices)
            if runner.context.over:
                return
            self._plan(place)

    def _run_final(self, runner: Runner, trials: Sequence[Trial]) -> None:
        """Train the best settings once more, as the reports trained their final networks."""
        order = rank_trials(trials, self.search.objective)
        if order:
            more = self.search.final_with
            runner.context.display.say(f"final training: {order[0].label} with {' '.join(more)}")
            runner.run_jobs(self.planner.plan_trial(Proposal(0, order[0].point), FINAL, more), None)

    def _begin_round(self, place: int) -> None:
        self._round = begin_round(self.search, place, self.spaces[-1], self.at_once, self.out / NOTES / f"study-{place + 1}.journal")
        self._plan(place)

    def _plan(self, place: int) -> None:
        self._planned = [(proposal, self.planner.plan_trial(proposal, place)) for proposal in self._round.ask()]
