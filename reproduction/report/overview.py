"""The overview of the five reports: the headline, the rule, the verdicts by report, and the provenance of the results."""

import re
from functools import partial

from reproduction.measured import NoDataError
from reproduction.plots.draw_curves import draw_log
from reproduction.plots.draw_values import draw_published_against_ours
from reproduction.plots.plot_style import Plot, Plots
from reproduction.report.claims import count_gradients, findings_of
from reproduction.report.inputs import Inputs, counted, paragraph
from reproduction.report.markdown import Markdown, bold, images, link, section, table
from reproduction.scoreboard import NEAR
from reproduction.significance import estimate, predict_one_more
from reproduction.verdicts import VERDICTS

FAULTY = "x07 base=e09;norm=before;init.sigma=0.0001"
JPEG = "8114b53f71e93406d9c351b7518c83f0087749f23af28161c82caf942fcddf95"
"""SHA-256 of the archive that the paragraph `rebuilt` speaks of."""
NAMES = {
    "name": "data set",
    "archive_sha256": "SHA-256 of its archive",
    "digest": "SHA-256 of its images and labels",
    "git_commit": "commit",
    "source": "SHA-256 of the code that made the results",
    "numlp": "version of numlp",
    "python": "Python",
    "blas": "linear algebra",
    "blas_kernel": "BLAS kernel",
    "kernels": "BLAS kernels",
    "cpu": "processor",
    "wall": "one go of all runs",
}


def build_overview(inputs: Inputs, pictures: Plots) -> Markdown:
    """The first page."""
    overrides = ", ".join(inputs.provenance.get("overrides", []))
    short = inputs.dataset.partition(",")[0]
    return section(
        1,
        f"REHEARSAL with {overrides}: five reports on {short}" if overrides else f"Five reports on {short}, reproduced",
        f"{paragraph('lead')} The images are {inputs.dataset}.",
        *map(bold, _gaps(inputs)),
        bold(inputs.board.headline),
        images(pictures),
        section(
            2, "Verdicts by report", table(f"report | accuracies | {' | '.join(map(_column, VERDICTS[:-1]))} | claims", _by_report(inputs))
        ),
        *(
            Markdown(f"{link(report, f'{report.lower()}.md')}: {entry.finding.partition('. ')[0]}.")
            for report, entry in inputs.entries.items()
        ),
        f"Of {len(inputs.findings)} claims of the reports and of our own: {counted([finding.verdict for finding in inputs.findings])}. "
        f"Gradient checks: {count_gradients(inputs.gradients)}",
        section(2, "The rule", paragraph("rule"), Markdown(paragraph("verdicts")), paragraph("claims")),
        *_stated(inputs),
        section(2, "Settings of all experiments", paragraph("usual")),
        section(2, "Provenance", paragraph("provenance"), table("fact | value", _provenance(inputs))),
    )


def _column(verdict: str) -> str:
    """A verdict's name as the head of a narrow column."""
    return re.sub(r"^explained by an? (planted )?", "by ", verdict).removeprefix("unexplained, ")


def _by_report(inputs: Inputs) -> list[tuple[str, ...]]:
    lines = []
    for report in (*inputs.entries, ""):
        rows = inputs.rows_of(report) if report else inputs.board.rows
        findings = findings_of(inputs, report) if report else inputs.findings
        claims = f"{sum(finding.verdict == 'reproduced' for finding in findings)} of {len(findings)}"
        counts = [str(sum(row.verdict == verdict for row in rows)) for verdict in VERDICTS[:-1]]
        lines.append((link(report, f"{report.lower()}.md") if report else "all", str(len(rows)), *counts, claims))
    return lines


def _gaps(inputs: Inputs) -> list[str]:
    """A loud notice of the results and explanations that are missing."""
    missing = [row.id for row in inputs.board.rows if row.verdict == "not measured"]
    lacking = [name for name in [row.id for row in inputs.outside] + [f.id for f in inputs.unsettled] if inputs.explanation(name) is None]
    sentences = (
        (missing, f"NOT MEASURED: {len(missing)} published accuracies have no run: {', '.join(missing)}."),
        (lacking, f"NOTHING SAID: rows and claims without an entry in explanations.yaml: {', '.join(lacking)}."),
    )
    return [sentence for names, sentence in sentences if names]


def draw_overview(inputs: Inputs) -> Plots:
    """All published accuracies against the means of ours."""
    points = [(row.stated.published.value, row.stated.estimate.mean, row.verdict) for row in inputs.board.rows if row.stated.values]
    draw = partial(draw_published_against_ours, points, "As stated", inputs.subtitle(), NEAR)
    return Plots((Plot("overview", "All published accuracies against the means of ours", draw),), paragraph("pictures"))


def draw_costs(inputs: Inputs) -> list[Plots]:
    """The cost in R0's log beside ours, with the planted fault and without."""
    try:
        faulty, right = inputs.measured.recorded(FAULTY), inputs.measured.recorded("e11 train.cycles=2")
    except NoDataError:
        return []
    theirs = [(line.step, line.j_train) for line in inputs.log if line.cycles == 2]
    draw = partial(draw_log, theirs, faulty, right, "Nine layers from sigma 0.0001", inputs.subtitle(faulty))
    return [
        Plots((Plot("e11_log", "Training cost: R0's log, ours with the planted fault, and ours as defined", draw),), paragraph("costs"))
    ]


def _stated(inputs: Inputs) -> list[Markdown]:
    """The intervals that pages state, and how many of the further runs lie inside."""
    rows, total = [], [0, 0]
    for run in (run for run in inputs.measured.runs if run.further):
        (low, high), values = predict_one_more(estimate(run.accuracies())), run.further_accuracies()
        inside = [sum(low <= value <= high for value in values), len(values)]
        total = [a + b for a, b in zip(total, inside, strict=True)]
        rows.append((f"{run.experiment.upper()} {run.key}", f"{low:.2f} to {high:.2f}", "{} of {}".format(*inside)))
    rows.append(("all", "", "{} of {}".format(*total)))
    return [section(2, "Stated intervals", paragraph("stated"), table("run | interval | inside", rows))] if total[1] else []


def _provenance(inputs: Inputs) -> list[tuple[str, str]]:
    facts = {**inputs.provenance["data"], **{name: value for name, value in inputs.provenance.items() if name != "data"}}
    facts = {name: value for name, value in facts.items() if value not in (None, [])}
    if facts.get("archive_sha256") == JPEG:
        facts["name"] = f"{facts['name']}. {paragraph('rebuilt')}"
    return [(NAMES.get(name, name), _fact(value)) for name, value in facts.items()]


def _fact(value: object) -> str:
    parts = (
        [f"{number} {name}" for name, number in value.items()] if isinstance(value, dict) else value if isinstance(value, list) else [value]
    )
    text = ", ".join(map(str, parts))
    return f"`{text}`" if re.fullmatch(r"[0-9a-f]{40,64}", text) else text
