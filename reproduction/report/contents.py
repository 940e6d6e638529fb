"""The report on the reproduction: what it says, from the result files alone."""

from collections.abc import Sequence
from functools import partial
from statistics import fmean
from typing import Any

from reproduction.plots.catalogue import build_plots
from reproduction.plots.draw_values import draw_published_against_ours
from reproduction.plots.plot_style import Plot, Plots
from reproduction.plots.source import Source
from reproduction.report.cells import minus, number
from reproduction.report.document import Block, Cell, Document, Figures, Image, Section, Table, Text
from reproduction.report.inputs import Inputs
from reproduction.report.prose import JPEG, LEAD, REBUILT
from reproduction.report.sections_claims import build_claims, build_gradients, count_gradients, count_verdicts
from reproduction.report.sections_experiments import build_experiments
from reproduction.report.sections_outside import build_outside, count_reasons, list_not_chance
from reproduction.scoreboard import NEAR, Score

NAMES = {
    "name": "data set",
    "archive_sha256": "SHA-256 of its archive",
    "digest": "SHA-256 of its images and labels",
    "git_commit": "commit",
    "source": "SHA-256 of the modules that figures follow from",
    "numlp": "version of numlp",
    "python": "Python",
    "blas": "linear algebra",
    "cpu": "processor",
    "cores": "cores",
    "blas_threads_a_run": "threads a run",
    "seeds": "seeds",
}


def build_report(inputs: Inputs) -> tuple[Document, list[Plot]]:
    """The document, and the plots that it shows."""
    source = Source(inputs.measured, inputs.scores, inputs.dataset)
    drawn = build_plots(source)
    overview = _overview(inputs, source)
    sections = (_scoreboard(inputs, overview), build_claims(inputs), build_gradients(inputs), build_experiments(inputs, drawn))
    document = Document(f"Five reports on {inputs.dataset}, reproduced", LEAD, _facts(inputs.provenance), inputs.digest, sections)
    return document, [plot for row in ([overview], *drawn.values()) for group in row for plot in group.plots]


def _facts(provenance: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    flat = {**provenance["data"], **{name: value for name, value in provenance.items() if name != "data"}}
    if flat.get("archive_sha256") == JPEG:
        flat["name"] = f"{flat['name']}. {REBUILT}"
    return tuple(
        (NAMES.get(name, name), ", ".join(map(str, value)) if isinstance(value, list) else str(value)) for name, value in flat.items()
    )


def _scoreboard(inputs: Inputs, overview: Plots) -> Section:
    scores = inputs.scores
    within = sum(score.within for score in scores)
    blocks: list[Block] = [
        Text(
            f"{within} of the {len(scores)} published accuracies lie within {NEAR:g} points of our mean.",
            "good" if within >= 110 else "bad",
        ),
        *_shift(inputs),
        *count_reasons(inputs),
        Text(count_gradients(inputs.gradients)),
        Text(f"Of {len(inputs.findings)} claims: {count_verdicts(inputs.findings)}." + _too_few(inputs)),
        *_gaps(inputs),
        Figures(tuple(Image(plot.name, plot.alt) for plot in overview.plots), overview.caption),
        Table(("experiment", "source", "published accuracies", "within", "largest difference"), tuple(_by_experiment(inputs))),
    ]
    return Section("scoreboard", "Scoreboard", tuple(blocks), (build_outside(inputs),))


def _shift(inputs: Inputs) -> list[Block]:
    """How far ours are from the published figures on average, where an experiment has none outside."""
    whole = {score.published.experiment for score in inputs.scores} - {s.published.experiment for s in inputs.scores if not s.within}
    differences = [score.difference for score in inputs.scores if score.published.experiment in whole]
    if not differences:
        return []
    mean, n = minus(f"{fmean(differences):+.2f}"), len(differences)
    text = (
        f"In the {len(whole)} experiments with no figure outside, ours are {mean} points from the {n} published ones on average: "
        "a common shift, as of the rebuilt images, would show here."
    )
    return [Text(text)]


def _too_few(inputs: Inputs) -> str:
    return " A verdict takes two seeds." if all(len(run.rows) < 2 for run in inputs.measured.runs) else ""


def _gaps(inputs: Inputs) -> list[Block]:
    """What is missing, loudly."""
    missing = [score.published.id for score in inputs.scores if not score.values]
    gaps: list[Block] = []
    if missing:
        gaps.append(Text(f"NOT MEASURED: {len(missing)} published accuracies have no run: {', '.join(missing)}.", "bad"))
    lacking = inputs.unexplained([score.published.id for score in inputs.missed])
    if lacking:
        gaps.append(Text(f"UNEXPLAINED: {len(lacking)} rows outside {NEAR:g} points have no explanation: {', '.join(lacking)}.", "bad"))
    luck = list_not_chance(inputs)
    if luck:
        gaps.append(Text(f"NOT CHANCE: another seed of ours would not give what is laid to chance in {', '.join(luck)}.", "bad"))
    return gaps


def _overview(inputs: Inputs, source: Source) -> Plots:
    pairs = [(score.published.value, score.estimate.mean, score.within) for score in inputs.scores if score.values]
    draw = partial(draw_published_against_ours, pairs, "Published against ours", source.subtitle(), NEAR)
    return Plots(
        (Plot("overview", "All published accuracies against the means of ours", draw),),
        f"In grey: {NEAR:g} points around what was published.",
    )


def _by_experiment(inputs: Inputs) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for described in inputs.experiments:
        scores = inputs.scores_of(described.id)
        inside = sum(score.within for score in scores)
        worst = _worst(scores)
        rows.append(
            (
                Cell(described.id.upper(), link=f"experiment-{described.id}"),
                Cell(described.source or "ours"),
                Cell(str(len(scores)) if scores else "plots alone", len(scores)),
                Cell(str(inside), inside, "good" if inside == len(scores) else "bad") if scores else Cell("-", -1),
                number(worst, "+.2f", abs(worst)),
            )
        )
    return rows


def _worst(scores: Sequence[Score]) -> float:
    measured = [score.difference for score in scores if score.values]
    return max(measured, key=abs, default=float("nan"))
