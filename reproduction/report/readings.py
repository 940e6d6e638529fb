"""The report's part on what the reports leave open: the questions, the answers, and what each reading gives."""

from collections.abc import Iterator

from reproduction.readings import Choice, Question, was_measured
from reproduction.report.inputs import Inputs, paragraph
from reproduction.report.markdown import Markdown, link, number, section, table
from reproduction.scoreboard import NEAR

SHOWN = 12
"""Readings per report that the report shows: the best, and the report as stated."""


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
