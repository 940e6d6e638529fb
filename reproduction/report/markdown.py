"""Markdown: text, tables, images and sections, and how numbers and verdicts are written."""

import math
import re
from collections.abc import Iterable, Sequence

from reproduction.plots.plot_style import Plots
from reproduction.significance import Estimate

FIGURES = "../../reproduction/figures"  # from a page


class Markdown(str):
    """Text that is Markdown already."""


def escape(text: str) -> Markdown:
    """Escape what Markdown or a table's cell would read as markup, but for code between backticks and links."""
    if isinstance(text, Markdown):
        return text
    parts = re.split(r"(`[^`]*`|\[[^\]]+\]\([^)]+\))", text)
    plain = (re.sub(r"([\\*_\[\]<>|#])", r"\\\1", part) if place % 2 == 0 else part.replace("|", r"\|") for place, part in enumerate(parts))
    return Markdown("".join(plain))


def bold(text: str) -> Markdown:
    """A notice that a reader must not overlook."""
    return Markdown(f"**{escape(text)}**")


def slug(title: str) -> str:
    """The address that MkDocs and GitHub give a heading."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", title.lower()).strip())


def link(text: str, target: str) -> Markdown:
    """A link; the text alone where the target is empty."""
    return Markdown(f"[{escape(text)}]({target})") if target else escape(text)


def table(head: str, rows: Iterable[Sequence[str]]) -> Markdown:
    """A table whose columns are named in `head`, separated by `|`."""
    names = head.split(" | ")
    first, *others = (f"| {' | '.join(map(escape, row))} |" for row in (names, *rows))
    return Markdown("\n".join([first, f"|{'---|' * len(names)}", *others]))


def images(plots: Plots) -> Markdown:
    """Images side by side, with the line below them."""
    lines = [f"![{plot.alt}]({FIGURES}/{plot.name}.png)" for plot in plots.plots]
    return Markdown("\n\n".join(["\n".join(lines), escape(plots.caption)]).strip())


def section(level: int, title: str, *parts: str) -> Markdown:
    """A heading, and the paragraphs below it, of which empty ones are left out; nothing where all are empty."""
    content = [escape(part) for part in parts if part]
    return Markdown("\n\n".join([f"{'#' * level} {escape(title)}", *content]) if content else "")


def minus(text: str) -> str:
    """A number's text with the sign of the mathematics."""
    return "\u2212" + text[1:] if text.startswith("-") else text


def number(value: float, form: str = ".2f") -> str:
    """A number; NaN is a dash."""
    return "-" if math.isnan(value) else minus(format(value, form))


def small(value: float) -> str:
    """A difference of gradients: two digits and the power of ten."""
    return number(value, ".1e")


def mean_and_deviation(ours: Estimate) -> str:
    """`53.62 ± 0.21`, which no line breaks."""
    if ours.n == 0:
        return bold("no data")
    return f"{ours.mean:.2f}" + (f"\u00a0±\u00a0{ours.std:.2f}" if ours.n >= 2 else "")


def interval(low: float, high: float) -> str:
    """`53.36 to 53.88`."""
    return "-" if math.isnan(low) else f"{number(low)} to {number(high)}"
