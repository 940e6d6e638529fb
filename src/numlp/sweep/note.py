"""What MLflow's page of a sweep says of it, in Markdown."""

from collections.abc import Sequence

from numlp.sweep import summary
from numlp.sweep.trials import Trial, ranked

NOTE = "mlflow.note.content"  # the tag that MLflow shows as a run's description


def note(title: str, found: Sequence[Trial], objective: str, command: str) -> str:
    """What was asked, the best trials and the command of the best one. No table and no block of code: MLflow sets both badly.

    Args:
        title: What the search was, a line.
        found: The trials.
        objective: What judged them.
        command: What trains the best one by itself; empty where no trial is done.
    """
    order = ranked(found, objective)
    parts = [f"{title[:1].upper()}{title[1:]}.", summary.counts(found, order) + (f", by {objective}:" if order else ".")]
    if order:
        parts += ["\n".join(_line(place, trial) for place, trial in enumerate(order[: summary.ROWS], start=1))]
        parts += [f"The best one alone: `{command}`"]
    return "\n\n".join(parts)


def _line(place: int, trial: Trial) -> str:
    validation, cost, test = (summary.spread(trial, figure) for figure in ("val_accuracy", "val_cost", "test_accuracy"))
    seeds = f", {len(trial.jobs)} seeds" if len(trial.jobs) > 1 else ""
    return f"{place}. `{trial.label}`: validation {validation}, cost {cost}, test {test}{seeds}"
