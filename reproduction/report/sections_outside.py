"""The report's part on the published accuracies that we did not meet, and why."""

from collections import Counter

from reproduction.report.cells import interval, mean_and_deviation, number
from reproduction.report.document import Block, Cell, Mark, Section, Table, Text
from reproduction.report.inputs import REASONS, Inputs
from reproduction.report.prose import OUTSIDE
from reproduction.scoreboard import NEAR, Score

HEAD = ("id", "row", "split", "published", "ours", "one more run", "difference", "why")
MARKS: dict[str, Mark] = {"unexplained": "bad", "seeds": "open", "report": "open"}


def list_not_chance(inputs: Inputs) -> list[str]:
    """Ids of rows that explanations.yaml lays to chance, though no other seed of ours would give them."""
    by_seeds = [score for score in inputs.missed if _because(inputs, score) == "seeds"]
    return [score.published.id for score in by_seeds if score.estimate.n >= 2 and not score.by_chance]


def _because(inputs: Inputs, score: Score) -> str:
    explanation = inputs.explanation(score.published.id)
    return explanation.because if explanation is not None else ""


def count_reasons(inputs: Inputs) -> list[Block]:
    """How many rows outside have which kind of reason."""
    explanations = [inputs.explanation(score.published.id) for score in inputs.missed]
    tally = Counter(explanation.because for explanation in explanations if explanation is not None)
    parts = [f"{tally[name]} {text}" for name, text in REASONS.items() if tally[name] > 0]
    return [Text(f"Of the {len(explanations)} outside: {', '.join(parts)}.")] if parts else []


def build_outside(inputs: Inputs) -> Section:
    """The rows outside, and each reason once."""
    missed = inputs.missed
    if not missed:
        return Section("outside", f"Outside {NEAR:g} points", (Text("None."),))
    texts = [Text(text) for text in inputs.explained([score.published.id for score in missed])]
    table = Table(HEAD, tuple(_row(inputs, score) for score in missed))
    return Section("outside", f"Outside {NEAR:g} points", (Text(OUTSIDE), table, Text("The reasons in full:"), *texts))


def _row(inputs: Inputs, score: Score) -> tuple[Cell, ...]:
    row, explanation = score.published, inputs.explanation(score.published.id)
    why = Cell("NOTHING SAID", mark="bad")
    if explanation is not None:
        why = Cell(REASONS[explanation.because], explanation.because, MARKS.get(explanation.because, "good"))
    return (
        Cell(row.id, link=f"experiment-{row.experiment}"),
        Cell(row.row),
        Cell(score.split_name),
        number(row.value),
        mean_and_deviation(score.estimate),
        interval(*score.one_more),
        number(score.difference, "+.2f", abs(score.difference)),
        why,
    )
