"""The end of a sweep: tables, plots, the best trial's command, and the failed jobs."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from numlp import paths
from numlp.data.sources import describe_data
from numlp.errors import UserError
from numlp.sweep import summary, sweep_figures
from numlp.sweep.jobs import FINAL
from numlp.sweep.live_table import describe_outcome
from numlp.sweep.optuna_study import importance
from numlp.sweep.space import Space
from numlp.sweep.sweep_context import SweepContext
from numlp.sweep.sweep_run import finish_run, mean_metrics
from numlp.sweep.trials import Trial, group_by_trial, rank_trials
from numlp.tracking import Run

COMMAND = "best_command"  # tag


@dataclass(frozen=True)
class Conclusion:
    """A sweep whose jobs have ended, and what it found.

    Attributes:
        context: The sweep.
        run: Its run in MLflow.
        trials: Without the final training.
        spaces: Of each round.
        from_file: Whether a file of conf/ made it a sweep.
    """

    context: SweepContext
    run: Run
    trials: Sequence[Trial]
    spaces: Sequence[Space]
    from_file: bool

    @property
    def order(self) -> list[Trial]:
        """The trials that are done, the best first."""
        return rank_trials(self.trials, self.context.search.objective)

    @property
    def title(self) -> str:
        """What the search was, a line."""
        samplers = ", then ".join(config.sampler for config in self.context.search.all_rounds())
        return f"{samplers}; {summary.describe_space(self.spaces[0])}"


def conclude(conclusion: Conclusion) -> None:
    """Write and print what the sweep found, give it to MLflow, and raise if jobs failed.

    Raises:
        UserError: Jobs failed, or no trial was trained to its end.
    """
    context, order = conclusion.context, conclusion.order
    objective, display, planner = context.search.objective, context.display, context.planner
    table = context.out / summary.TABLE
    summary.write_trials(table, group_by_trial(planner.jobs))
    display.say(summary.results_table(conclusion.trials, objective))
    display.say(f"all trials: {table}")
    _say_how_to_compare(context)
    metrics, tags = (_say_best(conclusion), _best_tags(conclusion)) if order else ({}, {})
    title = f"{conclusion.title}; network: {summary.describe_network(planner.jobs)}"
    description = summary.describe_sweep(title, conclusion.trials, objective, tags.get(COMMAND, ""))
    finish_run(conclusion.run, metrics, [table], {**tags, summary.DESCRIPTION: description})
    if planner.failed:
        display.say(summary.errors_table(planner.failed))
        raise UserError(f"sweep: {len(planner.failed)} of {len(planner.jobs)} jobs failed; the table above lists their errors")
    if not order:
        raise UserError(f"sweep: no trial was trained to its end; {table} lists their states")


def say_interrupted(context: SweepContext, total: int) -> None:
    """Say what a sweep of `total` jobs that a signal ends has so far."""
    jobs = context.planner.jobs
    done = [job for job in jobs if job.status.outcome is not None]
    resumable = [job for job in jobs if job not in done and paths.checkpoint(job.record.stem).exists()]
    are = ["is" if count == 1 else "are" for count in (len(done), len(resumable))]
    counts = f"{len(done)} of {total} jobs {are[0]} done, {len(resumable)} {are[1]} at a checkpoint"
    context.display.say(f"sweep: {counts}; the same command resumes the sweep")


def _say_best(conclusion: Conclusion) -> dict[str, float]:
    """Print and draw what the search says; for MLflow the metrics of the final training, or else of the best trial."""
    context, order = conclusion.context, conclusion.order
    say, config = context.display.say, order[0].jobs[0].config
    assert config is not None
    title = f"{describe_data(config).name}\n{conclusion.title}"
    figures = sweep_figures.draw_figures(context.out, conclusion.trials, order, conclusion.spaces, title)
    if figures:
        say(f"figures: wrote {', '.join(figure.name for figure in figures)} to {context.out}")
    conclusion.run.log_artifacts(figures)
    judged = [(trial.point, loss) for trial in order if (loss := trial.loss(context.search.objective)) is not None]
    shares = importance(conclusion.spaces[0], judged)
    if shares:
        say("importance of the settings: " + ", ".join(f"{key} {share:.0%}" for key, share in shares.items()))
    final = next(iter(_say_final(conclusion)), order[0])
    return mean_metrics(final) | {f"importance/{key}": share for key, share in shares.items()}


def _best_tags(conclusion: Conclusion) -> dict[str, str]:
    """Print the command of the best trial, and give it as a tag."""
    best, context = conclusion.order[0], conclusion.context
    command = summary.train_command(best.jobs[0], conclusion.from_file)
    context.display.say(f"best by {context.search.objective}, {best.label}:\n  {command}")
    return {"best": best.label, COMMAND: command}


def _say_how_to_compare(context: SweepContext) -> None:
    """Print what compares the two runs of a sweep that made no others, unless the files of one are gone."""
    jobs = context.planner.jobs
    folders = [job.status.outcome.folder for job in jobs if job.status.outcome is not None]
    if len(jobs) == 2 and all((Path(folder) / paths.MODEL).exists() for folder in folders) and len(folders) == 2:
        context.display.say(f"compare the two runs:\n  {shlex.join(['numlp', 'compare', *folders])}")


def _say_final(conclusion: Conclusion) -> list[Trial]:
    """Print the final training, if there was one, and return it."""
    context = conclusion.context
    jobs = [job for job in context.planner.jobs if job.round == FINAL and job.status.outcome is not None]
    for job in jobs:
        command = summary.train_command(job, conclusion.from_file)
        context.display.say(f"final network: {describe_outcome(job.status)}\n  {command}")
    return group_by_trial(jobs)
