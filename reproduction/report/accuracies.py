"""The report's scoreboard, what ours do not meet and why, and what the reports leave open: what each reading gives."""

from collections.abc import Iterator
from statistics import fmean

from reproduction.readings import Choice, Question, was_measured
from reproduction.report.inputs import REASONS, Explanation, Inputs, counted, paragraph
from reproduction.report.markdown import Markdown, bold, interval, link, mean_and_deviation, minus, number, section, table
from reproduction.scoreboard import NEAR, Score

SHOWN = 12
"""Readings per report that the report shows: the best, and the report as stated."""


def build_scoreboard(inputs: Inputs) -> Markdown:
    """The scoreboard by experiment, and the reasons."""
    explained = [explanation.because for score in inputs.missed if (explanation := inputs.explanation(score.published.id))]
    return section(
        2,
        "scoreboard",
        "Scoreboard",
        _shift(inputs),
        f"Of the {len(inputs.missed)} outside: {counted(explained, REASONS)}." if explained else "",
        table("experiment | what | source | published accuracies | within | largest difference", _by_experiment(inputs)),
        section(3, "outside", f"Outside {NEAR:g} percentage points", *_outside(inputs)),
        section(3, "explanations", "Explanations", *_explanations(inputs)),
    )


def _shift(inputs: Inputs) -> str:
    """How far ours are from the published figures on average, where an experiment has none outside."""
    whole = {score.published.experiment for score in inputs.scores} - {s.published.experiment for s in inputs.scores if not s.within}
    differences = [score.difference for score in inputs.scores if score.published.experiment in whole]
    if not differences:
        return ""
    shift = minus(f"{fmean(differences):+.2f}")
    return (
        f"In the {len(whole)} experiments with no accuracy outside, ours are {shift} percentage points from the {len(differences)} "
        "published ones on average: a common shift, as of the rebuilt images, would show here."
    )


def _by_experiment(inputs: Inputs) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for described in inputs.experiments:
        scores = inputs.scores_of(described.id)
        inside, differences = sum(score.within for score in scores), [score.difference for score in scores if score.values]
        count = "-" if not scores else str(inside) if inside == len(scores) else bold(str(inside))
        worst = number(max(differences, key=abs, default=float("nan")), "+.2f")
        first = link(described.id.upper(), f"experiment-{described.id}")
        rows.append((first, described.title, described.source or "ours", str(len(scores) or "none"), count, worst))
    return rows


def _outside(inputs: Inputs) -> list[str]:
    if not inputs.missed:
        return ["None."]
    head = "accuracy | split | published | ours | prediction interval | difference | why"
    return [paragraph("outside"), table(head, [_row(inputs, score) for score in inputs.missed])]


def _row(inputs: Inputs, score: Score) -> tuple[str, ...]:
    row = score.published
    return (
        link(f"{row.source}, {row.table}: {row.row}", f"experiment-{row.experiment}"),
        score.split_name,
        number(row.value),
        mean_and_deviation(score.estimate),
        interval(*score.one_more),
        number(score.difference, "+.2f"),
        why(inputs.explanation(row.id)),
    )


def why(explanation: Explanation | None) -> Markdown:
    """The kind of reason for a row, with a link to the reason."""
    if explanation is None:
        return bold("NOTHING SAID")
    text = REASONS[explanation.because]
    return link(bold(text) if explanation.because == "unexplained" else text, explanation.anchor)


def _explanations(inputs: Inputs) -> list[Markdown]:
    """Each reason once, with the accuracies and claims that it is for."""
    concerned = {score.published.id: _place(score) for score in inputs.missed}
    concerned |= {finding.id: f"claim {finding.id}, “{finding.claim.text.removesuffix('.')}”" for finding in inputs.unsettled}
    sections = []
    for explanation in inputs.explanations:
        places = [place for name, place in concerned.items() if inputs.explanation(name) is explanation]
        if places:
            concerns = f"This concerns: {'; '.join(places)}. It rests on {explanation.rests_on}."
            sections.append(section(4, explanation.anchor, explanation.title, explanation.text, concerns))
    return sections


def _place(score: Score) -> str:
    row = score.published
    return f"{row.source}, {row.table}, {row.row}, {score.split_name} ({row.id})"


def build_readings(inputs: Inputs) -> Markdown:
    """Each report's questions, and the readings tried."""
    sections = [_report(inputs, report, choice) for report, choice in inputs.choices.items() if report in inputs.entries]
    return section(2, "readings", "Readings of the reports", paragraph("readings"), *sections)


def _report(inputs: Inputs, report: str, choice: Choice) -> Markdown:
    return section(
        3,
        f"reading-{report.lower()}",
        f"Readings of {report}",
        table(
            "question | answer | in the supported reading | experiments",
            [row for question in inputs.entries[report].questions for row in _question(inputs, question, choice)],
        ),
        f"{len(choice.tried)} readings of {report} were tried, all combinations of the answers that were measured.",
        _tried(choice),
    )


def _question(inputs: Inputs, question: Question, choice: Choice) -> Iterator[tuple[str, ...]]:
    supported = [answer for answer in question.answers if answer in choice.supported.answers]
    yield question.question, f"{question.stated} (as stated)", "no" if supported else "yes", "-"
    for answer in question.answers:
        names = sorted({*answer.again, *(name.partition(" ")[0] for name in answer.runs.values())})
        measured = was_measured(answer, choice.stated.scores, inputs.measured)
        chosen = ("yes" if answer in supported else "no") if measured else "not measured yet"
        experiments = link(", ".join(name.upper() for name in names), f"experiment-{names[0]}") if names else "-"
        yield question.question, f"{answer.text} (`{answer.id}`)", chosen, experiments


def _tried(choice: Choice) -> Markdown:
    best = sorted(choice.tried, key=lambda reading: reading.rank)[:SHOWN]
    shown = best if choice.stated in best else [*best, choice.stated]
    measures = (f"within {NEAR:g} percentage points", "or in the prediction interval", "mean absolute difference (percentage points)")
    rows = [
        (
            reading.id,
            f"{reading.within} of {len(reading.scores)}",
            f"{reading.held} of {len(reading.scores)}",
            number(reading.distance),
            "supported" if reading is choice.supported else "",
        )
        for reading in shown
    ]
    caption = f"The best {len(shown)} of {len(choice.tried)} readings" if len(shown) < len(choice.tried) else ""
    return table(" | ".join(["reading", *measures, "choice"]), rows, caption)
