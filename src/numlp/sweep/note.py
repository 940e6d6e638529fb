"""What MLflow's page of a sweep says of it, in Markdown."""

from collections.abc import Sequence

from numlp.sweep import summary
from numlp.sweep.trials import Trial, ranked

NOTE = "mlflow.note.content"  # the tag that MLflow shows as a run's description
HEAD = ("validation", "cost", "test")
FIGURES = ("val_accuracy", "val_cost", "test_accuracy")


def note(title: str, found: Sequence[Trial], objective: str, command: str) -> str:
    """What was asked, the best trials and the command of the best one.

    Args:
        title: What the search was, a line.
        found: The trials.
        objective: What judged them.
        command: What trains the best one by itself; empty where no trial is done.
    """
    order = ranked(found, objective)
    parts = [f"{title[:1].upper()}{title[1:]}.", f"{summary.counts(found, order)}, judged by {objective}."]
    if order:
        parts += [_table(order[: summary.ROWS]), "The best one alone:", f"```\n{command}\n```"]
    return "\n\n".join(parts)


def _table(order: Sequence[Trial]) -> str:
    keys = list(dict.fromkeys(key for trial in order for key in trial.point))
    rows = [["", *map(_code, keys), "seeds", *HEAD], ["---"] * (len(keys) + 2 + len(HEAD))]
    for place, trial in enumerate(order, start=1):
        values = [_code(trial.point[key]) if key in trial.point else "" for key in keys]
        rows.append([str(place), *values, str(len(trial.jobs)), *(summary.spread(trial, figure) for figure in FIGURES)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _code(text: str) -> str:
    """As it is, inside a table."""
    return "`" + text.replace("|", "\\|") + "`"
