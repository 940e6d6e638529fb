"""A report's claims with their tests, and its gradient checks."""

import math
import re
from collections.abc import Sequence

from reproduction.claims import Finding
from reproduction.faults import FAULTS
from reproduction.gradient_checks import RIGHT, Comparison
from reproduction.report.accuracies import address
from reproduction.report.inputs import Inputs, counted, paragraph
from reproduction.report.markdown import Markdown, bold, escape, interval, link, number, section, small, table
from reproduction.significance import Outcome

KINDS = ("W", "b", "gamma", "beta")
MANY = 6  # parts of a claim


def findings_of(inputs: Inputs, report: str) -> list[Finding]:
    """The claims of a report, and ours on it."""
    return [finding for finding in inputs.findings if report == re.findall(r"R\d", finding.claim.source)[0]]


def build_claims(inputs: Inputs, report: str) -> Markdown:
    """Each claim with its verdict, and the mean and interval of each part."""
    findings = findings_of(inputs, report)
    rows = [_claim(inputs, report, finding) for finding in findings]
    content = table("claim | what it says | verdict | n | claimed region: mean (95 % interval)", rows) if rows else ""
    return section(2, "Claims", f"{counted([finding.verdict for finding in findings])}. {paragraph('tests')}", content)


def _claim(inputs: Inputs, report: str, finding: Finding) -> tuple[str, ...]:
    claim, explanation = finding.claim, inputs.explanation(finding.id)
    verdict = f"{finding.verdict}: {finding.reason}" if finding.reason else finding.verdict
    text = link(
        bold(verdict) if finding.verdict in ("contradicted", "no data") else verdict, address(explanation, report) if explanation else ""
    )
    place = claim.source.removeprefix(f"{report}, ").removeprefix("ours, ")
    n = " or ".join(map(str, sorted({outcome.estimate.n for outcome in finding.outcomes}))) or "0"
    return f"{finding.id}, {place}", claim.text, text, n, _tests(finding.outcomes)


def _tests(outcomes: Sequence[Outcome]) -> Markdown:
    """`*above 52:* three layers: 53.32 (53.11 to 53.53)`: the region, each part's mean and interval; of many parts, those outside."""
    shown = [outcome for outcome in outcomes if len(outcomes) <= MANY or outcome.verdict != "reproduced"]
    by_region: dict[str, list[str]] = {}
    for outcome in shown:
        part, ours = outcome.part, outcome.estimate
        unit = "" if part.unit in ("points", "%") else f" {part.unit}"
        low, high = number(part.low, ".3g"), number(part.high, ".3g")
        region = f"above {low}" if math.isinf(part.high) else f"below {high}" if math.isinf(part.low) else f"{low} to {high}"
        by_region.setdefault(region, []).append(escape(f"{part.label}: {number(ours.mean)}{unit} ({interval(ours.low, ours.high)})"))
    texts = [f"*{region}:* {'; '.join(parts)}" for region, parts in by_region.items()]
    inside = [f"{len(outcomes) - len(shown)} more inside"] if len(shown) < len(outcomes) else []
    return Markdown(". ".join([*texts, *inside]))


def build_gradients(inputs: Inputs, report: str) -> Markdown:
    """Every published cell of the report's gradient check beside ours."""
    comparisons = [comparison for comparison in inputs.gradients if comparison.cell.source.startswith(report)]
    grouped: dict[tuple[str, ...], dict[str, str]] = {}
    for comparison in comparisons:
        cell = comparison.cell
        place = (f"{cell.hidden}, layer {cell.layer}", f"norm={cell.norm}", cell.measure.replace("_", " "))
        text = f"{small(cell.value)} / {small(comparison.plain)}"
        grouped.setdefault(place, {})[cell.kind] = text if comparison.good else bold(f"{text} {comparison.verdict}")
    kinds = [kind for kind in KINDS if any(kind in cells for cells in grouped.values())]
    varied = [column for column in range(3) if len({place[column] for place in grouped}) > 1]
    rows = [(", ".join(place[column] for column in varied), *(cells.get(kind, "") for kind in kinds)) for place, cells in grouped.items()]
    return section(
        2,
        "Gradient check",
        f"{count_gradients(comparisons)} {paragraph(f'gradients_{report.lower()}')}",
        table(" | ".join(["published / ours", *kinds]), rows),
        _planted(inputs) if report == "R0" else "",
    )


def count_gradients(comparisons: Sequence[Comparison]) -> str:
    """How many cells are as tight, and how the count comes about."""
    good = sum(comparison.good for comparison in comparisons)
    kinds = counted([comparison.verdict for comparison in comparisons])
    return f"Ours are at least as tight as published in {good} of {len(comparisons)} cells ({kinds})."


def _planted(inputs: Inputs) -> Markdown:
    """R0's gradient check with each planted fault, at two batches and two lambdas."""
    checks = inputs.fault_checks
    places = list(dict.fromkeys((check.lam, check.batch) for check in checks))
    rows = []
    for fault in dict.fromkeys(check.fault for check in checks):
        cells = []
        for place in places:
            same = [check for check in checks if (check.fault, check.lam, check.batch) == (fault, *place)]
            largest = small(max(check.relative for check in same))
            cells.append(largest if all(check.verdict == "passes" for check in same) else bold(largest))
        rows.append(("None: batch norm as defined." if fault == RIGHT else str(FAULTS[fault].__doc__), *cells))
    head = " | ".join(["planted fault", *(f"lambda {lam:g}, batch {batch}" for lam, batch in places)])
    return section(3, "Planted faults in R0's gradient check", paragraph("planted"), table(head, rows)) if rows else Markdown()
