"""The report's part on what the reports leave open: the questions, the answers, and what each reading gives."""

from collections.abc import Sequence

from reproduction.readings import Choice, Question, Reading, was_measured
from reproduction.report.cells import count, number
from reproduction.report.document import Block, Cell, Section, Table, Text
from reproduction.report.inputs import Inputs
from reproduction.report.prose import READINGS
from reproduction.scoreboard import NEAR

SHOWN = 12
"""Readings per report that the report shows: the best, and the report as stated."""


def build_readings(inputs: Inputs) -> Section:
    """Each report's questions, and the readings tried."""
    sections = tuple(_report(inputs, report, choice) for report, choice in inputs.choices.items() if report in inputs.entries)
    return Section("readings", "Readings of the reports", (Text(READINGS),), sections)


def _report(inputs: Inputs, report: str, choice: Choice) -> Section:
    questions = inputs.entries[report].questions
    answers = Table(
        ("question", "answer", "in the supported reading", "experiments"),
        tuple(row for question in questions for row in _question(inputs, question, choice)),
    )
    text = f"{len(choice.tried)} readings of {report} were tried, all combinations of the answers that were measured."
    blocks: list[Block] = [answers, Text(text), _tried(choice)]
    return Section(f"reading-{report.lower()}", f"Readings of {report}", tuple(blocks))


def _question(inputs: Inputs, question: Question, choice: Choice) -> list[tuple[Cell, ...]]:
    supported = [answer for answer in question.answers if answer in choice.supported.answers]
    stated = (Cell(question.question), Cell(f"{question.stated} (as stated)"), _yes(not supported), Cell("-"))
    rows: list[tuple[Cell, ...]] = [stated]
    for answer in question.answers:
        names = sorted({*answer.again, *(name.partition(" ")[0] for name in answer.runs.values())})
        measured = was_measured(answer, choice.stated.scores, inputs.measured)
        chosen = _yes(answer in supported) if measured else Cell("not measured yet", mark="open")
        experiments = Cell(", ".join(name.upper() for name in names), link=f"experiment-{names[0]}") if names else Cell("-")
        rows.append((Cell(question.question), Cell(f"{answer.text} (`{answer.id}`)"), chosen, experiments))
    return rows


def _yes(chosen: bool) -> Cell:
    return Cell("yes", "a", "good") if chosen else Cell("no", "b")


def _tried(choice: Choice) -> Table:
    best = sorted(choice.tried, key=lambda reading: reading.rank)[:SHOWN]
    shown = best if choice.stated in best else [*best, choice.stated]
    head = (
        "reading",
        f"within {NEAR:g} percentage points",
        "or in the prediction interval",
        "mean absolute difference (percentage points)",
        "choice",
    )
    left = len(choice.tried) - len(shown)
    caption = f"The best {len(shown)} of {len(choice.tried)} readings" if left else ""
    return Table(head, tuple(_reading(reading, choice) for reading in shown), caption)


def _reading(reading: Reading, choice: Choice) -> tuple[Cell, ...]:
    rows: Sequence[object] = reading.scores
    mark = Cell("supported", "a", "good") if reading is choice.supported else Cell("", "b")
    return Cell(reading.id), count(reading.within, len(rows)), count(reading.held, len(rows)), number(reading.distance), mark
