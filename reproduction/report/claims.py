"""The report's claims and gradient checks."""

import math
from collections import Counter
from collections.abc import Sequence

from reproduction.claims import Finding
from reproduction.faults import FAULTS
from reproduction.gradient_checks import RIGHT, Comparison
from reproduction.report.inputs import Inputs, counted, paragraph
from reproduction.report.markdown import Markdown, bold, interval, link, minus, number, section, small, table, verdict
from reproduction.significance import Outcome

VERDICTS = ("reproduced", "explained by a fault", "inconclusive", "contradicted", "no data")


def build_claims(inputs: Inputs) -> Markdown:
    """The verdicts at a glance, then each part in numbers."""
    numbers = "claim | what is measured | mean | 95 % interval | claimed | statistic | n | values in the region | verdict"
    return section(
        2,
        "claims",
        "Claims",
        paragraph("claims"),
        table("claim | source | what it says | experiments | n | verdict", [_claim(inputs, finding) for finding in inputs.findings]),
        section(
            3,
            "claims-in-numbers",
            "Claims in numbers",
            "Means are in percentage points of accuracy unless the unit is named.",
            table(numbers, [_part(finding.id, outcome) for finding in inputs.findings for outcome in finding.outcomes]),
        ),
    )


def _claim(inputs: Inputs, finding: Finding) -> tuple[str, ...]:
    claim, first = finding.claim, finding.claim.experiments[0]
    explanation = inputs.explanation(finding.id) if finding in inputs.unsettled else None
    return (
        finding.id,
        claim.source,
        claim.text,
        link(", ".join(name.upper() for name in claim.experiments), f"experiment-{first}" if first[0] in "ex" else "gradients"),
        " or ".join(map(str, sorted({outcome.estimate.n for outcome in finding.outcomes}))) or "0",
        link(verdict(finding.verdict, finding.reason), explanation.anchor if explanation else ""),
    )


def _part(claim: str, outcome: Outcome) -> tuple[str, ...]:
    part, ours = outcome.part, outcome.estimate
    return (
        claim,
        part.label + ("" if part.unit in ("points", "%") else f" ({part.unit})"),
        number(ours.mean),
        interval(ours.low, ours.high),
        _region(part.low, part.high),
        _statistic(outcome),
        str(ours.n),
        f"{outcome.inside} of {ours.n}",
        verdict(outcome.verdict),
    )


def _region(low: float, high: float) -> str:
    """The range in which a claim says that the mean lies."""
    if math.isinf(high):
        return f"above {number(low, '.3g')}"
    return f"below {number(high, '.3g')}" if math.isinf(low) else f"{number(low, '.3g')} to {number(high, '.3g')}"


def _statistic(outcome: Outcome) -> str:
    """`t = 12.3, p = 0.0002`."""
    if math.isnan(outcome.t):
        return "-"
    if math.isinf(outcome.t):
        return "all seeds equal"
    p = f"{outcome.p:.2g}" if outcome.p >= 1e-3 else f"{outcome.p:.0e}"
    return f"t = {minus(f'{outcome.t:.2f}')}, p = {p}"


def count_verdicts(findings: Sequence[Finding]) -> str:
    """`20 reproduced, 3 inconclusive, 2 contradicted`."""
    return counted([finding.verdict for finding in findings], {name: name for name in VERDICTS})


def build_gradients(inputs: Inputs) -> Markdown:
    """Every published cell of the gradient checks beside ours."""
    head = "check | source | hidden | batch norm | layer | of | measure | published | ours | ours, h to 0 | verdict"
    return section(
        2,
        "gradients",
        "Gradient checks",
        count_gradients(inputs.gradients),
        paragraph("gradients"),
        paragraph("measures"),
        _differing(inputs),
        table(head, map(_gradient, inputs.gradients)),
        _planted(inputs),
    )


def count_gradients(comparisons: Sequence[Comparison]) -> str:
    """How many cells are as tight, and how the count comes about."""
    verdicts = Counter(comparison.verdict for comparison in comparisons).most_common()
    good = sum(comparison.good for comparison in comparisons)
    checks = {comparison.cell.case for comparison in comparisons}
    whole = checks - {comparison.cell.case for comparison in comparisons if not comparison.good}
    return (
        f"{len(whole)} of the {len(checks)} gradient checks are at least as tight as published, in {good} of {len(comparisons)} cells: "
        f"{', '.join(f'{count} {name}' for name, count in verdicts)}."
    )


def _differing(inputs: Inputs) -> str:
    rows = inputs.measured.gradients
    off = [row for row in rows if row.verdict not in ("agrees", "zero")]
    if not off:
        return ""
    worst = max(row.limit / row.gradient for row in off)
    names = ", ".join(sorted({f"{row.case} hidden {row.hidden} layer {row.layer} {row.kind} seed {row.seed}" for row in off}))
    return (
        f"In {len(off)} of {len(rows)} comparisons the norm-relative error stays above 1e-6 even at h = 0 (at most {worst:.1e}): {names}. "
        "There a batch of three has a deviation so small that the step is not small beside it."
    )


def _gradient(comparison: Comparison) -> tuple[str, ...]:
    cell, good = comparison.cell, comparison.good
    place = (cell.case, cell.source, cell.hidden, cell.norm, str(cell.layer), cell.kind, cell.measure.replace("_", " "))
    numbers = map(small, (cell.value, comparison.plain, comparison.limit))
    return (*place, *numbers, comparison.verdict if good else bold(comparison.verdict))


def _planted(inputs: Inputs) -> str:
    """R0's gradient check with each planted mistake: the largest differences over the seeds."""
    checks = inputs.fault_checks
    rows = []
    for fault, lam in dict.fromkeys((check.fault, check.lam) for check in checks):
        cells = []
        for batch in (1, 2):
            same = [check for check in checks if (check.fault, check.lam, check.batch) == (fault, lam, batch)]
            failed, largest = any(check.verdict != "passes" for check in same), small(max(check.relative for check in same))
            cells.append(bold(f"fails, {largest}") if failed else f"passes, {largest}")
        rows.append(("None: batch norm as defined." if fault == RIGHT else str(FAULTS[fault].__doc__), f"{lam:g}", *cells))
    if not rows:
        return ""
    content = table("mistake | lambda | first batch | second batch", rows)
    return section(3, "planted", "Planted mistakes in R0's gradient check", paragraph("planted"), content)
