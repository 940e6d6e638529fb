"""The report on the reproduction: what it says, from the result files alone."""

import re
from collections.abc import Sequence
from itertools import chain
from statistics import fmean

from reproduction.plots.catalog import build_plots
from reproduction.plots.plot_style import Plot
from reproduction.plots.source import Source
from reproduction.report.cells import minus, number
from reproduction.report.document import Block, Cell, Document, Section, Table, Text
from reproduction.report.inputs import Inputs
from reproduction.report.prose import JPEG, LEAD, REBUILT
from reproduction.report.sections_claims import build_claims, build_gradients
from reproduction.report.sections_experiments import build_experiments
from reproduction.report.sections_outside import build_explanations, build_outside, count_reasons
from reproduction.report.sections_readings import build_readings
from reproduction.report.sections_summary import build_summary
from reproduction.scoreboard import Score

NAMES = {
    "name": "data set",
    "archive_sha256": "SHA-256 of its archive",
    "digest": "SHA-256 of its images and labels",
    "git_commit": "commit",
    "source": "SHA-256 of the code that made the results",
    "numlp": "version of numlp",
    "python": "Python",
    "blas": "linear algebra",
    "cpu": "processor",
    "cores": "cores",
    "blas_threads_a_run": "threads per run",
    "seeds": "seeds",
}
HEXADECIMAL = re.compile(r"[0-9a-f]{40,64}")


def build_report(inputs: Inputs) -> tuple[Document, list[Plot]]:
    """The document, and the plots that it shows."""
    source = Source(inputs.measured, inputs.scores, inputs.dataset)
    drawn = build_plots(source)
    summary, pictures = build_summary(inputs, source)
    sections = (
        summary,
        _scoreboard(inputs),
        build_readings(inputs),
        build_claims(inputs),
        build_gradients(inputs),
        build_experiments(inputs, drawn),
        _provenance(inputs),
    )
    short = inputs.dataset.partition(",")[0]
    overrides = ", ".join(inputs.provenance.get("overrides", []))
    title = f"REHEARSAL with {overrides}: five reports on {short}" if overrides else f"Five reports on {short}, reproduced"
    document = Document(title, f"{LEAD} The images are {inputs.dataset}.", inputs.digest, sections)
    return document, [plot for group in chain([pictures], *drawn.values()) for plot in group.plots]


def _provenance(inputs: Inputs) -> Section:
    """The provenance of the results: data, code and machine."""
    provenance = inputs.provenance
    flat = {**provenance["data"], **{name: value for name, value in provenance.items() if name != "data" and value != []}}
    if flat.get("archive_sha256") == JPEG:
        flat["name"] = f"{flat['name']}. {REBUILT}"
    facts = {NAMES.get(name, name): ", ".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in flat.items()}
    facts |= {"digest of all files that this report was made from": inputs.digest}
    rows = tuple((Cell(name), Cell(f"`{value}`" if HEXADECIMAL.fullmatch(value) else value)) for name, value in facts.items())
    return Section("provenance", "Provenance", (Table(("fact", "value"), rows),))


def _scoreboard(inputs: Inputs) -> Section:
    head = ("experiment", "what", "source", "published accuracies", "within", "largest difference")
    blocks: list[Block] = [*_shift(inputs), *count_reasons(inputs), Table(head, tuple(_by_experiment(inputs)))]
    return Section("scoreboard", "Scoreboard", tuple(blocks), (build_outside(inputs), build_explanations(inputs)))


def _shift(inputs: Inputs) -> list[Block]:
    """How far ours are from the published figures on average, where an experiment has none outside."""
    whole = {score.published.experiment for score in inputs.scores} - {s.published.experiment for s in inputs.scores if not s.within}
    differences = [score.difference for score in inputs.scores if score.published.experiment in whole]
    if not differences:
        return []
    mean, n = minus(f"{fmean(differences):+.2f}"), len(differences)
    text = (
        f"In the {len(whole)} experiments with no accuracy outside, ours are {mean} percentage points from the {n} published ones on "
        "average: a common shift, as of the rebuilt images, would show here."
    )
    return [Text(text)]


def _by_experiment(inputs: Inputs) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for described in inputs.experiments:
        scores = inputs.scores_of(described.id)
        inside = sum(score.within for score in scores)
        worst = _worst(scores)
        rows.append(
            (
                Cell(described.id.upper(), link=f"experiment-{described.id}"),
                Cell(described.title),
                Cell(described.source or "ours"),
                Cell(str(len(scores)) if scores else "none", len(scores)),
                Cell(str(inside), inside, "good" if inside == len(scores) else "bad") if scores else Cell("-", -1),
                number(worst, "+.2f", abs(worst)),
            )
        )
    return rows


def _worst(scores: Sequence[Score]) -> float:
    measured = [score.difference for score in scores if score.values]
    return max(measured, key=abs, default=float("nan"))
