"""A report's published accuracies beside ours, the reasons where they differ, what the report leaves open, and what was tried."""

import re
from collections.abc import Iterator, Sequence

from reproduction.experiments import Described
from reproduction.explanations import Explanation
from reproduction.measured import NoDataError, Run
from reproduction.plots.plot_style import Plots
from reproduction.readings import Question
from reproduction.report.inputs import Inputs, paragraph
from reproduction.report.markdown import Markdown, bold, images, link, mean_and_deviation, number, section, slug, table
from reproduction.results import SINGLE
from reproduction.scoreboard import NEAR, Published
from reproduction.significance import estimate
from reproduction.verdicts import Row


def build_accuracies(inputs: Inputs, report: str, plots: dict[str, list[Plots]]) -> Markdown:
    """The report's experiments, each with its published accuracies and its figures."""
    asked = [described for described in inputs.experiments if described.report == report and described.id.startswith("e")]
    parts = [_experiment(inputs, described, plots.get(described.id, [])) for described in asked]
    return section(2, "Accuracies", paragraph("columns"), *parts)


def _experiment(inputs: Inputs, described: Described, plots: Sequence[Plots]) -> Markdown:
    rows = inputs.rows_of(described.id)
    read = {row.stated.published.reading for row in rows}
    notes = [link("how it is read", address(one, described.report)) for one in inputs.explanations if one.id in read]
    deciding = [f"`{name}={value}`" for name, value in described.settings if not name.startswith("train.record")]
    place = f"{described.place[:1].upper()}{described.place[1:]}"
    return section(
        3,
        f"{described.id.upper()}. {described.title}",
        Markdown("; ".join([f"{place}: `{described.command}`", ", ".join(deciding) or "the usual settings", *notes]) + "."),
        described.remark,
        "" if inputs.measured.of(described.id) else bold(f"{described.id.upper()} was not measured."),
        _table(inputs, rows) if rows else "",
        *map(images, plots),
        _log(inputs) if described.id == "e11" else "",
    )


def _table(inputs: Inputs, rows: Sequence[Row]) -> Markdown:
    """A row for each published accuracy; all are of one split, or each names its own."""
    splits = {row.stated.split_name for row in rows}
    first = f"{splits.pop()} accuracy of" if len(splits) == 1 else "accuracy of"
    return table(f"{first} | published | ours | n, kernels | verdict and why", [_row(inputs, row, bool(splits)) for row in rows])


def _row(inputs: Inputs, row: Row, of_split: bool) -> tuple[str, ...]:
    score, explanation = row.stated, inputs.explanation(row.id)
    text = _short(score.published.row) + (f", {score.split_name}" if of_split else "")
    verdict = Markdown(row.verdict)
    if row.verdict != "within":
        reason = (
            link(explanation.short or explanation.title, address(explanation, score.published.source)) if explanation else "nothing said"
        )
        verdict = Markdown(f"{bold(row.verdict + (f' ({row.experiment.upper()})' if row.experiment else ''))}: {reason}")
    return (
        text,
        number(score.published.value),
        mean_and_deviation(score.estimate),
        f"{score.estimate.n} {inputs.kernels(score.run)}",
        verdict,
    )


def _short(text: str) -> str:
    """The text, its long numbers to four digits."""
    return re.sub(r"\d[\d.]{7,}(e-\d+)?", lambda found: f"{float(found[0]):.4g}", text)


def address(explanation: Explanation, report: str) -> str:
    """The link to an explanation from a report's page."""
    page = "" if explanation.report == report else f"{explanation.report.lower()}.md"
    return f"{page}#{slug(explanation.title)}"


def _log(inputs: Inputs) -> Markdown:
    """R0's training cost by update, with two cycles, beside that of our first seed."""
    theirs = {line.step: line.j_train for line in inputs.log if line.cycles == 2}
    try:
        first, *_ = inputs.measured.recorded("e11 train.cycles=2").histories.values()
    except NoDataError:
        return Markdown()
    rows = [(str(record.step), number(theirs[record.step], ",.2f"), number(record.train_cost)) for record in first if record.step in theirs]
    return table("update | cost in R0's log | ours", rows)


def build_reasons(inputs: Inputs, report: str) -> Markdown:
    """How rows of the report are read, and why some are not within or some claims do not hold."""
    reasons = [one for one in inputs.explanations if one.report == report]
    return section(2, "Reasons", *(section(3, one.title, one.text) for one in reasons))


def build_open(inputs: Inputs, report: str) -> Markdown:
    """The settings that a report states and those that it leaves open, with the rows that each answer brings within."""
    entry, choice = inputs.entries[report], inputs.board.choices[report]
    tried = (
        f"{len(choice.tried)} combinations of measured answers were tried. The supported one, {bold(choice.supported.id)}, brings "
        f"{choice.supported.within} of {len(choice.stated.scores)} accuracies within {NEAR:g} percentage points."
    )
    rows = [row for question in entry.questions for row in _answers(inputs, report, question)]
    return section(2, "Settings stated and left open", entry.stated, table("open question | answer | within", rows), Markdown(tried))


def _answers(inputs: Inputs, report: str, question: Question) -> Iterator[tuple[str, ...]]:
    choice = inputs.board.choices[report]
    within = {reading.id: str(reading.within) for reading in choice.tried if len(reading.answers) == 1}
    yield question.question, f"{question.stated} (as stated)", str(choice.stated.within)
    for answer in question.answers:
        yield "", bold(answer.text) if answer in choice.supported.answers else answer.text, within.get(answer.id, "not measured")


def build_tried(inputs: Inputs, report: str) -> Markdown:
    """The experiments of our own that ask about a report."""
    compared: dict[tuple[str, str], tuple[Published, str]] = {}
    for row in inputs.board.rows:  # the last row of a run counts, whose split is test
        base = f"base={row.stated.published.experiment};{row.stated.published.run}".removesuffix(f";{SINGLE}")
        compared |= {(name, base): (row.stated.published, row.stated.split) for name in inputs.reruns}
    for score in (score for choice in inputs.board.choices.values() for reading in choice.tried for score in reading.scores):
        if score.run:
            compared.setdefault((score.run.experiment, score.run.key), (score.published, score.split))
    rows = []
    for described in (one for one in inputs.experiments if one.report == report and one.id.startswith("x")):
        runs = inputs.measured.of(described.id)
        results = "; ".join(_result(run, *compared.get((run.experiment, run.key), (None, "test"))) for run in runs)
        machines = ", ".join(sorted({f"{len(run.rows)} {inputs.kernels(run)}" for run in runs}))
        rows.append((described.id.upper(), described.title, Markdown(results or "not measured"), machines))
    return section(2, "What was tried", table("experiment | question | ours (published) | n, kernels", rows))


def _result(run: Run, published: Published | None, split: str) -> str:
    ours = mean_and_deviation(estimate(run.accuracies(split)))  # type: ignore[arg-type]
    key = "" if run.key == SINGLE else f"`{_short(run.key.removeprefix('base='))}` "
    return f"{key}{ours}" + (f" ({number(published.value)})" if published else "")
