"""The report's first page: what was asked, what held, what did not and why, and two pictures."""

from functools import partial

from reproduction.measured import NoDataError
from reproduction.plots.draw_curves import draw_log
from reproduction.plots.draw_values import PointState, draw_published_against_ours
from reproduction.plots.plot_style import Plot, Plots
from reproduction.plots.source import Source
from reproduction.readings import WIDE, count_rows
from reproduction.report.cells import count
from reproduction.report.document import Block, Cell, Figures, Image, Section, Table, Text
from reproduction.report.inputs import Inputs
from reproduction.report.prose import ASKED, CRITERION, PICTURES
from reproduction.report.sections_claims import count_gradients, count_verdicts
from reproduction.report.sections_outside import list_not_chance
from reproduction.scoreboard import NEAR, Score

FAULTY = ("x07", "base=e09;norm=before;init.sigma=0.0001")


def build_summary(inputs: Inputs, source: Source) -> tuple[Section, Plots]:
    """The first page, and its plots."""
    pictures = Plots((*_overview(inputs, source), *_log(inputs, source)), PICTURES)
    blocks: list[Block] = [
        Text(ASKED),
        *_gaps(inputs),
        *_held(inputs),
        Figures(tuple(Image(plot.name, plot.alt) for plot in pictures.plots), pictures.caption),
        Text("What holds by report, and what does not, and why:"),
        _by_report(inputs),
        *(Text(entry.finding) for entry in inputs.entries.values()),
        Text(f"Of {len(inputs.findings)} claims of the reports and of our own: {count_verdicts(inputs.findings)}." + _too_few(inputs)),
        Text(count_gradients(inputs.gradients)),
    ]
    return Section("summary", "Summary", tuple(blocks)), pictures


def _held(inputs: Inputs) -> list[Block]:
    total = count_rows(inputs.choices.values())
    tried = sum(len(choice.tried) for choice in inputs.choices.values())
    rows = (
        (f"within {NEAR:g} percentage points of our mean", total.within, total.supported_within),
        ("or in the prediction interval for one further run", total.held, total.supported_held),
    )
    cells = tuple((Cell(label), count(stated, total.rows), count(supported, total.rows)) for label, stated, supported in rows)
    headline = f"{total.within} of the {total.rows} published accuracies lie within {NEAR:g} percentage points of our mean, as stated."
    blocks: list[Block] = [
        Text(headline, "good"),
        Table(("published accuracies", "as stated", "with the supported readings"), cells),
        Text(CRITERION.format(tried=tried)),
    ]
    if total.wide:
        text = (
            f"{total.wide} of the {total.supported_held} hold only by a prediction interval of more than {WIDE:g} percentage points from "
            "end to end: there the seeds scatter so much that the published accuracy is possible, and not confirmed."
        )
        blocks.append(Text(text, "open"))
    return blocks


def _by_report(inputs: Inputs) -> Table:
    rows = []
    for report, choice in inputs.choices.items():
        counts = (count(reading.held, len(reading.scores)) for reading in (choice.stated, choice.supported))
        rows.append((Cell(report, link=f"reading-{report.lower()}"), *counts, Cell(str(len(choice.tried)), len(choice.tried))))
    return Table(("report", "hold as stated", "with the supported reading", "readings tried"), tuple(rows))


def _too_few(inputs: Inputs) -> str:
    return " A verdict takes two seeds." if all(len(run.rows) < 2 for run in inputs.measured.runs) else ""


def _gaps(inputs: Inputs) -> list[Block]:
    """What is missing, loudly."""
    gaps: list[Block] = []
    missing = [score.published.id for score in inputs.scores if not score.values]
    if missing:
        gaps.append(Text(f"NOT MEASURED: {len(missing)} published accuracies have no run: {', '.join(missing)}.", "bad"))
    lacking = inputs.unexplained([score.published.id for score in inputs.missed])
    if lacking:
        text = f"UNEXPLAINED: {len(lacking)} accuracies outside {NEAR:g} percentage points have no explanation: {', '.join(lacking)}."
        gaps.append(Text(text, "bad"))
    luck = list_not_chance(inputs)
    if luck:
        gaps.append(Text(f"NOT CHANCE: another seed of ours would not give what is laid to chance in {', '.join(luck)}.", "bad"))
    claims = inputs.unexplained([finding.claim.id for finding in inputs.unsettled])
    if claims:
        gaps.append(Text(f"UNEXPLAINED: {', '.join(claims)} are contradicted, and nobody has said why.", "bad"))
    return gaps


def _overview(inputs: Inputs, source: Source) -> list[Plot]:
    plots = []
    for name, title, place in (("overview", "As stated", 0), ("overview_supported", "With the supported readings", 1)):
        scores = [pair[place] for choice in inputs.choices.values() for pair in choice.pairs()]
        points = [(score.published.value, score.estimate.mean, _state(score)) for score in scores if score.values]
        draw = partial(draw_published_against_ours, points, title, source.subtitle(), NEAR)
        plots.append(Plot(name, f"All published accuracies against the means of ours: {title.lower()}", draw))
    return plots


def _state(score: Score) -> PointState:
    return "within" if score.within else "interval" if score.held else "outside"


def _log(inputs: Inputs, source: Source) -> list[Plot]:
    """The cost in R0's log beside ours, with the mistake and without."""
    try:
        faulty = inputs.measured.recorded(*FAULTY)
        right = inputs.measured.recorded("e11", "train.cycles=2")
    except NoDataError:
        return []
    theirs = [(line.step, line.j_train) for line in inputs.log if line.cycles == 2]
    draw = partial(draw_log, theirs, faulty, right, "Nine layers from sigma 0.0001", source.subtitle(faulty))
    alt = "Training cost by evaluation point: R0's log, ours with a stale backward pass, and ours as defined"
    return [Plot("e11_log", alt, draw)]
