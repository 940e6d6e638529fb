"""The jobs that a sweep would run."""

from pathlib import Path

from numlp.sweep.planner import Planner
from numlp.sweep.summary import describe_network


def print_jobs(planner: Planner, pruned: Path, total: int) -> None:
    """Print the network and the jobs: which are cached, which are to run, and which would fail, each with its error.

    Args:
        planner: The planner of the first jobs.
        pruned: The folder with the outcomes of pruned trials.
        total: The number of jobs, those of later rounds among them, whose values follow from the rounds before.
    """
    from rich.console import Console

    jobs, say = planner.jobs, Console(highlight=False, markup=False, soft_wrap=True).print
    say(f"network: {describe_network(jobs)}")
    for job in jobs:
        planner.look_up(job, pruned)
        state = {"waiting": "to run", "kept": "cached"}.get(job.status.state, f"would fail: {job.status.error}")
        say(f"{job.number + 1}/{total}  {job.label}: {state}")
    states = [job.status.state for job in jobs]
    later = f", {total - len(jobs)} more follow from these" if total > len(jobs) else ""
    say(f"{states.count('waiting')} jobs to run, {states.count('kept')} cached, {states.count('failed')} would fail{later}")
