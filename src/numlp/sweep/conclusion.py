"""How a sweep ends: tables, plots, the best trial's command, and what failed."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from numlp import paths
from numlp.data.dataset import raw_folder
from numlp.data.raw import read_info
from numlp.errors import UserError, require
from numlp.runs.checkpoint import has_checkpoint
from numlp.sweep import summary, sweep_figures
from numlp.sweep.job_runner import Runner
from numlp.sweep.jobs import FINAL
from numlp.sweep.live_table import figures
from numlp.sweep.note import NOTE, note
from numlp.sweep.optuna_study import importance
from numlp.sweep.space import Space
from numlp.sweep.sweep_run import finish, mean_metrics
from numlp.sweep.trials import Trial, ranked, trials

COMMAND = "best_command"  # tag


@dataclass(frozen=True)
class Ended:
    """A sweep whose jobs have ended.

    Attributes:
        runner: That made them.
        made: Trials, without the final training.
        spaces: Of each round.
        from_file: Whether a file of conf/ made it a sweep.
    """

    runner: Runner
    made: Sequence[Trial]
    spaces: Sequence[Space]
    from_file: bool


def conclude(ended: Ended) -> None:
    """Write and print what the sweep found, give it to MLflow, and raise if jobs failed.

    Raises:
        UserError: Jobs failed, or no trial was trained to its end.
    """
    runner, objective = ended.runner, ended.runner.search.objective
    order = ranked(ended.made, objective)
    table = runner.out / summary.TABLE
    summary.write_trials(table, trials(runner.planner.jobs))
    runner.display.say(summary.results(ended.made, objective))
    runner.display.say(f"all trials: {table}")
    _say_how_to_compare(ended)
    found, tags = (_best(ended, order), _tags(ended, order[0])) if order else ({}, {})
    told = note(f"{title(ended)}; network: {summary.network(runner.planner.jobs)}", ended.made, objective, tags.get(COMMAND, ""))
    finish(runner.family.run, found, [table], {**tags, NOTE: told})
    if runner.failed:
        runner.display.say(summary.errors(runner.failed))
        raise UserError(f"sweep: {len(runner.failed)} of {len(runner.planner.jobs)} jobs failed (the table above has their errors)")
    require(len(order) > 0, "sweep", f"a trial that is trained to its end ({table} has what became of them)")


def interrupted(runner: Runner, total: int) -> None:
    """Say what a sweep of `total` jobs that a signal ends has so far."""
    done = [job for job in runner.planner.jobs if job.status.outcome is not None]
    kept = [job for job in runner.planner.jobs if job not in done and has_checkpoint(paths.CHECKPOINTS, job.record.stem)]
    are = ["is" if count == 1 else "are" for count in (len(done), len(kept))]
    what = f"{len(done)} of {total} jobs {are[0]} done, {len(kept)} {are[1]} kept at a checkpoint"
    runner.display.say(f"sweep: {what}; the same command resumes the sweep")


def _best(ended: Ended, order: Sequence[Trial]) -> dict[str, float]:
    """Print and draw what the search says, the best first in `order`; for MLflow the figures of the final training, or else of the best."""
    runner, objective = ended.runner, ended.runner.search.objective
    say, config = runner.display.say, order[0].jobs[0].config
    assert config is not None
    dataset = read_info(raw_folder(config.data.source))
    drawn = sweep_figures.draw(runner.out, ended.made, order, ended.spaces, f"{dataset.name}\n{title(ended)}")
    if drawn:
        say(f"figures: {', '.join(figure.name for figure in drawn)} in {runner.out}")
    runner.family.run.log_artifacts(drawn)
    judged = [(trial.point, loss) for trial in order if (loss := trial.loss(objective)) is not None]
    shares = importance(ended.spaces[0], judged)
    if shares:
        say("importance: " + ", ".join(f"{key} {share:.0%}" for key, share in shares.items()))
    shown = next(iter(_final(ended)), order[0])
    return mean_metrics(shown) | {f"importance/{key}": share for key, share in shares.items()}


def _tags(ended: Ended, best: Trial) -> dict[str, str]:
    command = summary.command(best.jobs[0], ended.from_file)
    ended.runner.display.say(f"best by {ended.runner.search.objective}, {best.label}:\n  {command}")
    return {"best": best.label, COMMAND: command}


def title(ended: Ended) -> str:
    """What the search was, a line."""
    rounds = ended.runner.search.all_rounds()
    samplers = ", then ".join(each.sampler for each in rounds)
    return f"{samplers}; {summary.space_line(ended.spaces[0])}"


def _say_how_to_compare(ended: Ended) -> None:
    """Print what compares the two runs of a sweep that made no others, unless the files of one are gone."""
    jobs = ended.runner.planner.jobs
    folders = [job.status.outcome.folder for job in jobs if job.status.outcome is not None]
    if len(jobs) == 2 and all((Path(folder) / paths.MODEL).exists() for folder in folders) and len(folders) == 2:
        ended.runner.display.say(f"the two runs against each other:\n  {shlex.join(['numlp', 'compare', *folders])}")


def _final(ended: Ended) -> list[Trial]:
    """Print the final training, if there was one, and return it."""
    jobs = [job for job in ended.runner.planner.jobs if job.round == FINAL and job.status.outcome is not None]
    for job in jobs:
        ended.runner.display.say(f"final network: {figures(job.status)}\n  {summary.command(job, ended.from_file)}")
    return trials(jobs)
