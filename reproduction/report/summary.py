"""The report's first page: the questions, what held, what did not and why, and three pictures."""

from functools import partial

from reproduction.measured import NoDataError
from reproduction.plots.draw_curves import draw_log
from reproduction.plots.draw_values import PointState, draw_published_against_ours
from reproduction.plots.plot_style import Plot, Plots
from reproduction.readings import WIDE, join_reports
from reproduction.report.claims import count_gradients, count_verdicts
from reproduction.report.inputs import Inputs, paragraph
from reproduction.report.markdown import Markdown, bold, images, link, section, table
from reproduction.scoreboard import NEAR, Score

FAULTY = "x07 base=e09;norm=before;init.sigma=0.0001"


def build_summary(inputs: Inputs) -> tuple[Markdown, Plots]:
    """The first page, and its plots."""
    pictures = Plots((*_overview(inputs), *_log(inputs)), paragraph("pictures"))
    stated, supported = join_reports(inputs.choices.values())
    n = len(stated.scores)
    counts = [
        (f"within {NEAR:g} percentage points of our mean", f"{stated.within} of {n}", f"{supported.within} of {n}"),
        ("or in the prediction interval for one further run", f"{stated.held} of {n}", f"{supported.held} of {n}"),
    ]
    wide = (
        f"{supported.wide} of the {supported.held} hold only by a prediction interval of more than {WIDE:g} percentage points from end to "
        "end: there the seeds scatter so much that the published accuracy is possible, and not confirmed."
    )
    few = " A verdict takes two seeds." if all(len(run.rows) < 2 for run in inputs.measured.runs) else ""
    reports = [
        (
            link(report, f"reading-{report.lower()}"),
            f"{choice.stated.held} of {len(choice.stated.scores)}",
            f"{choice.supported.held} of {len(choice.stated.scores)}",
            str(len(choice.tried)),
        )
        for report, choice in inputs.choices.items()
    ]
    text = section(
        2,
        "summary",
        "Summary",
        paragraph("asked"),
        *map(bold, _gaps(inputs)),
        f"{stated.within} of the {n} published accuracies lie within {NEAR:g} percentage points of our mean, as stated.",
        table("published accuracies | as stated | with the supported readings", counts),
        paragraph("criterion", tried=sum(len(choice.tried) for choice in inputs.choices.values())),
        wide if supported.wide else "",
        images(pictures),
        "What holds by report, and what does not, and why:",
        table("report | hold as stated | with the supported reading | readings tried", reports),
        *(entry.finding for entry in inputs.entries.values()),
        f"Of {len(inputs.findings)} claims of the reports and of our own: {count_verdicts(inputs.findings)}.{few}",
        count_gradients(inputs.gradients),
    )
    return text, pictures


def _gaps(inputs: Inputs) -> list[str]:
    """A loud notice of the results that are missing."""
    missing = [score.published.id for score in inputs.scores if not score.values]
    lacking = inputs.unexplained([score.published.id for score in inputs.missed])
    unlikely = [score.published.id for score in inputs.missed if score.estimate.n >= 2 and not score.by_chance]
    luck = [row for row in unlikely if (reason := inputs.explanation(row)) and reason.because == "seeds"]
    claims = inputs.unexplained([finding.id for finding in inputs.unsettled])
    far = f"{len(lacking)} accuracies outside {NEAR:g} percentage points"
    sentences = (
        (missing, f"NOT MEASURED: {len(missing)} published accuracies have no run: {', '.join(missing)}."),
        (lacking, f"UNEXPLAINED: {far} have no explanation: {', '.join(lacking)}."),
        (luck, f"NOT CHANCE: another seed of ours would not give what is laid to chance in {', '.join(luck)}."),
        (claims, f"UNEXPLAINED: {', '.join(claims)} are contradicted, and nobody has said why."),
    )
    return [sentence for names, sentence in sentences if names]


def _overview(inputs: Inputs) -> list[Plot]:
    plots = []
    for name, title, place in (("overview", "As stated", 0), ("overview_supported", "With the supported readings", 1)):
        scores = [pair[place] for choice in inputs.choices.values() for pair in choice.pairs()]
        points = [(score.published.value, score.estimate.mean, _state(score)) for score in scores if score.values]
        draw = partial(draw_published_against_ours, points, title, inputs.subtitle(), NEAR)
        plots.append(Plot(name, f"All published accuracies against the means of ours: {title.lower()}", draw))
    return plots


def _state(score: Score) -> PointState:
    return "within" if score.within else "interval" if score.held else "outside"


def _log(inputs: Inputs) -> list[Plot]:
    """The cost in R0's log beside ours, with the mistake and without."""
    try:
        faulty, right = inputs.measured.recorded(FAULTY), inputs.measured.recorded("e11 train.cycles=2")
    except NoDataError:
        return []
    theirs = [(line.step, line.j_train) for line in inputs.log if line.cycles == 2]
    draw = partial(draw_log, theirs, faulty, right, "Nine layers from sigma 0.0001", inputs.subtitle(faulty))
    alt = "Training cost by evaluation point: R0's log, ours with a stale backward pass, and ours as defined"
    return [Plot("e11_log", alt, draw)]
