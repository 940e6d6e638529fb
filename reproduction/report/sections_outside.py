"""The report's part on the published accuracies that ours do not meet, and on why claims do not hold."""

from collections import Counter

from reproduction.report.cells import interval, mean_and_deviation, number
from reproduction.report.document import Block, Cell, Mark, Section, Table, Text
from reproduction.report.inputs import REASONS, Inputs
from reproduction.report.prose import OUTSIDE
from reproduction.scoreboard import NEAR, Score

HEAD = ("accuracy", "split", "published", "ours", "prediction interval", "difference", "why")
MARKS: dict[str, Mark] = {"unexplained": "bad", "seeds": "open", "report": "open", "fault": "open"}


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
    """The accuracies outside the tolerance, each with a link to its reason."""
    missed, title = inputs.missed, f"Outside {NEAR:g} percentage points"
    if not missed:
        return Section("outside", title, (Text("None."),))
    return Section("outside", title, (Text(OUTSIDE), Table(HEAD, tuple(_row(inputs, score) for score in missed))))


def _row(inputs: Inputs, score: Score) -> tuple[Cell, ...]:
    row = score.published
    return (
        Cell(f"{row.source}, {row.table}: {row.row}", row.id, link=f"experiment-{row.experiment}"),
        Cell(score.split_name),
        number(row.value),
        mean_and_deviation(score.estimate),
        interval(*score.one_more),
        number(score.difference, "+.2f", abs(score.difference)),
        why(inputs, row.id),
    )


def why(inputs: Inputs, row: str) -> Cell:
    """The kind of reason for a row or a claim, with a link to the reason."""
    explanation = inputs.explanation(row)
    if explanation is None:
        return Cell("NOTHING SAID", mark="bad")
    return Cell(REASONS[explanation.because], explanation.because, MARKS.get(explanation.because, "good"), explanation.anchor)


def build_explanations(inputs: Inputs) -> Section:
    """Each reason once, with the accuracies and claims that it is for."""
    scores = {score.published.id: score for score in inputs.missed}
    claims = {finding.claim.id: finding for finding in inputs.unsettled}
    sections = []
    for explanation in inputs.explanations:
        covered = [name for name in (*scores, *claims) if inputs.explanation(name) is explanation]
        if covered:
            what = [
                _place(scores[name]) if name in scores else f"claim {name}, “{claims[name].claim.text.removesuffix('.')}”"
                for name in covered
            ]
            concerns = Text(f"This concerns: {'; '.join(what)}. It rests on {explanation.rests_on}.")
            sections.append(Section(explanation.anchor, explanation.title, (Text(explanation.text), concerns)))
    return Section("explanations", "Explanations", (), tuple(sections))


def _place(score: Score) -> str:
    row = score.published
    return f"{row.source}, {row.table}, {row.row}, {score.split_name} ({row.id})"
