"""The report's claims and gradient checks."""

from collections import Counter
from collections.abc import Mapping, Sequence

from reproduction.claims import Finding
from reproduction.fault_checks import RIGHT, FaultCheck
from reproduction.faults import FAULTS
from reproduction.gradient_checks import Comparison
from reproduction.report.cells import interval, number, region, small, statistic, verdict
from reproduction.report.document import Block, Cell, Section, Table, Text
from reproduction.report.inputs import Inputs
from reproduction.report.prose import CLAIMS, GRADIENTS, MEASURES, PLANTED
from reproduction.significance import Outcome, Verdict

UNITS = "Means are in percentage points of accuracy unless the unit is named."
VERDICTS: tuple[Verdict, ...] = ("reproduced", "explained by a fault", "inconclusive", "contradicted", "no data")


def build_claims(inputs: Inputs) -> Section:
    """The verdicts at a glance, then each part in numbers."""
    findings = inputs.findings
    head = ("claim", "source", "what it says", "experiments", "n", "verdict")
    rows = tuple(_claim(inputs, finding) for finding in findings)
    parts = tuple(_part(finding, outcome) for finding in findings for outcome in finding.outcomes)
    numbers = ("claim", "what is measured", "mean", "95 % interval", "claimed", "statistic", "n", "values in the region", "verdict")
    return Section(
        "claims",
        "Claims",
        (Text(CLAIMS), Table(head, rows)),
        (
            Section(
                "claims-in-numbers",
                "Claims in numbers",
                (Text("Means are in percentage points of accuracy unless the unit is named."), Table(numbers, parts)),
            ),
        ),
    )


def _claim(inputs: Inputs, finding: Finding) -> tuple[Cell, ...]:
    claim = finding.claim
    counts = sorted({outcome.estimate.n for outcome in finding.outcomes})
    n = Cell(" or ".join(map(str, counts)) or "0", max(counts, default=0))
    known = Cell(finding.verdict, finding.verdict) if not finding.reason else Cell(f"{finding.verdict}: {finding.reason}")
    mark = verdict(finding.verdict).mark
    explanation = inputs.explanation(claim.id) if finding in inputs.unsettled else None
    links = ", ".join(name.upper() for name in claim.experiments)
    first = claim.experiments[0]
    target = f"experiment-{first}" if first[0] in "ex" else "gradients"
    return (
        Cell(claim.id, _order(claim.id)),
        Cell(claim.source),
        Cell(claim.text),
        Cell(links, link=target),
        n,
        Cell(known.text, known.sort, mark, explanation.anchor if explanation else ""),
    )


def _part(finding: Finding, outcome: Outcome) -> tuple[Cell, ...]:
    part, ours = outcome.part, outcome.estimate
    unit = "" if part.unit in ("points", "%") else f" ({part.unit})"
    return (
        Cell(finding.claim.id, _order(finding.claim.id)),
        Cell(part.label + unit),
        number(ours.mean),
        interval(ours.low, ours.high),
        Cell(region(outcome), part.low),
        Cell(statistic(outcome), outcome.t),
        Cell(str(ours.n), ours.n),
        Cell(f"{outcome.inside} of {ours.n}", outcome.inside),
        verdict(outcome.verdict),
    )


def _order(claim: str) -> str:
    report, _, count = claim.partition(".")
    return f"{report}.{int(count):02d}"


def count_verdicts(findings: Sequence[Finding]) -> str:
    """`20 reproduced, 3 inconclusive, 2 contradicted`."""
    tally = Counter(finding.verdict for finding in findings)
    return ", ".join(f"{tally[name]} {name}" for name in VERDICTS if tally[name] > 0)


def build_gradients(inputs: Inputs) -> Section:
    """Every published cell of the gradient checks beside ours."""
    head = ("check", "source", "hidden", "batch norm", "layer", "of", "measure", "published", "ours", "ours, h to 0", "verdict")
    rows = tuple(_gradient(comparison) for comparison in inputs.gradients)
    blocks: list[Block] = [Text(count_gradients(inputs.gradients)), Text(GRADIENTS), Text(MEASURES), *_differing(inputs), Table(head, rows)]
    return Section("gradients", "Gradient checks", tuple(blocks), _planted(inputs))


def _planted(inputs: Inputs) -> tuple[Section, ...]:
    """R0's gradient check with each planted mistake: the largest differences over the seeds."""
    groups: dict[tuple[str, float], dict[int, list[FaultCheck]]] = {}
    for check in inputs.fault_checks:
        groups.setdefault((check.fault, check.lam), {}).setdefault(check.batch, []).append(check)
    if not groups:
        return ()
    head = ("mistake", "lambda", "first batch", "second batch")
    rows = tuple(_planted_row(fault, lam, batches) for (fault, lam), batches in groups.items())
    return (Section("planted", "Planted mistakes in R0's gradient check", (Text(PLANTED), Table(head, rows))),)


def _planted_row(fault: str, lam: float, batches: Mapping[int, Sequence[FaultCheck]]) -> tuple[Cell, ...]:
    text = "None: batch norm as defined." if fault == RIGHT else FAULTS[fault].text
    cells = []
    for checks in (batches[1], batches[2]):
        failed, largest = any(check.verdict != "passes" for check in checks), max(check.relative for check in checks)
        cells.append(Cell(f"{'fails' if failed else 'passes'}, {small(largest).text}", largest, "bad" if failed else "good"))
    return (Cell(text), Cell(f"{lam:g}", lam), *cells)


def _differing(inputs: Inputs) -> list[Block]:
    off = [row for row in inputs.checked if row.verdict not in ("agrees", "zero")]
    if not off:
        return []
    worst = max(row.limit / row.gradient for row in off)
    names = ", ".join(sorted({f"{row.case} hidden {row.hidden} layer {row.layer} {row.kind} seed {row.seed}" for row in off}))
    text = (
        f"In {len(off)} of {len(inputs.checked)} comparisons the norm-relative error stays above 1e-6 even at h = 0 (at most {worst:.1e}): "
        f"{names}. There a batch of three has a deviation so small that the step is not small beside it."
    )
    return [Text(text, "open")]


def count_gradients(comparisons: Sequence[Comparison]) -> str:
    """How many cells are as tight, and how the count comes about."""
    tally = Counter(comparison.verdict for comparison in comparisons)
    good = sum(comparison.good for comparison in comparisons)
    checks = {comparison.cell.case for comparison in comparisons}
    whole = checks - {comparison.cell.case for comparison in comparisons if not comparison.good}
    return (
        f"{len(whole)} of the {len(checks)} gradient checks are at least as tight as published, in {good} of {len(comparisons)} cells: "
        + ", ".join(f"{n} {name}" for name, n in tally.most_common())
        + "."
    )


def _gradient(comparison: Comparison) -> tuple[Cell, ...]:
    cell = comparison.cell
    return (
        Cell(cell.case),
        Cell(cell.source),
        Cell(cell.hidden),
        Cell(cell.norm),
        Cell(str(cell.layer), cell.layer),
        Cell(cell.kind),
        Cell(cell.measure.replace("_", " ")),
        small(cell.value),
        small(comparison.plain),
        small(comparison.limit),
        Cell(comparison.verdict, mark="good" if comparison.good else "bad"),
    )
