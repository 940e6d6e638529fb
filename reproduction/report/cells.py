"""How numbers and verdicts are written in the report."""

import math

from reproduction.report.document import Cell, Mark
from reproduction.significance import Estimate, Outcome, Verdict

MARKS: dict[Verdict, Mark] = {
    "reproduced": "good",
    "explained by a fault": "good",
    "inconclusive": "open",
    "contradicted": "bad",
    "no data": "bad",
}


def number(value: float, form: str = ".2f", sort: float | None = None) -> Cell:
    """A number as a cell; an empty one for NaN, which sorts first."""
    if math.isnan(value):
        return Cell("-", -math.inf)
    return Cell(minus(format(value, form)), value if sort is None else sort)


def count(part: int, whole: int) -> Cell:
    """`57 of 76`."""
    return Cell(f"{part} of {whole}", part)


def minus(text: str) -> str:
    """A number's text with the sign of the mathematics."""
    return "\u2212" + text[1:] if text.startswith("-") else text


def mean_and_deviation(found: Estimate) -> Cell:
    """`53.62 ± 0.21`."""
    if found.n == 0:
        return Cell("no data", -math.inf, "bad")
    return Cell(f"{found.mean:.2f}" + (f" ± {found.std:.2f}" if found.n >= 2 else ""), found.mean)


def interval(low: float, high: float) -> Cell:
    """`53.36 to 53.88`."""
    return Cell("-", -math.inf) if math.isnan(low) else Cell(f"{minus(f'{low:.2f}')} to {minus(f'{high:.2f}')}", low)


def verdict(value: Verdict) -> Cell:
    """A claim's verdict in its color."""
    return Cell(value, value, MARKS[value])


def region(outcome: Outcome) -> str:
    """Where a claim says that the mean lies."""
    part = outcome.part
    low, high = minus(f"{part.low:.3g}"), minus(f"{part.high:.3g}")
    if math.isinf(part.high):
        return f"above {low}"
    return f"below {high}" if math.isinf(part.low) else f"{low} to {high}"


def statistic(outcome: Outcome) -> str:
    """`t = 12.3, p = 0.0002`."""
    if math.isnan(outcome.t):
        return "-"
    if math.isinf(outcome.t):
        return "all seeds equal"
    return f"t = {minus(f'{outcome.t:.2f}')}, p = {p_value(outcome.p)}"


def p_value(p: float) -> str:
    """Two digits, in powers of ten where it is small."""
    return f"{p:.2g}" if p >= 1e-3 else f"{p:.0e}"


def small(value: float) -> Cell:
    """A difference of gradients: two digits and the power of ten."""
    return Cell("-", -math.inf) if math.isnan(value) else Cell(minus(f"{value:.1e}"), abs(value))
