"""Markdown: text, tables, images and sections, and how numbers and verdicts are written."""

import html
import math
import re
from collections.abc import Iterable, Sequence

from reproduction.plots.plot_style import Plots
from reproduction.significance import Estimate, Verdict


class Markdown(str):
    """Text that is Markdown already."""


def escape(text: str) -> Markdown:
    """Escape what Markdown or a table's cell would read as markup, but for code between backticks."""
    if isinstance(text, Markdown):
        return text
    parts = text.split("`")
    plain = (re.sub(r"([\\*_\[\]<>|#])", r"\\\1", part) if place % 2 == 0 else part.replace("|", r"\|") for place, part in enumerate(parts))
    return Markdown("`".join(plain))


def bold(text: str) -> Markdown:
    """A notice that a reader must not overlook."""
    return Markdown(f"**{escape(text)}**")


def link(text: str, section: str) -> Markdown:
    """A link to a section; the text alone where that is empty."""
    return Markdown(f"[{escape(text)}](#{section})") if section else escape(text)


def table(head: str, rows: Iterable[Sequence[str]], caption: str = "") -> Markdown:
    """A table whose columns are named in `head`, separated by `|`."""
    names = head.split(" | ")
    lines = (f"| {' | '.join(map(escape, row))} |" for row in (names, *rows))
    first, *others = lines
    text = "\n".join([first, f"|{'---|' * len(names)}", *others])
    return Markdown(f"{escape(caption)}\n\n{text}" if caption else text)


def images(plots: Plots) -> Markdown:
    """Images side by side, with the line below them."""
    width = 49 if len(plots.plots) > 1 else 60
    lines = (f'<img src="figures/{plot.name}.png" alt="{html.escape(plot.alt)}" width="{width}%">' for plot in plots.plots)
    return Markdown("\n".join(["<p>", *lines, "</p>", "", escape(plots.caption)]))


def listing(title: str, lines: str) -> Markdown:
    """Lines as they are, below a title."""
    return Markdown(f"{escape(title)}\n\n```text\n{lines}\n```")


def section(level: int, name: str, title: str, *parts: str) -> Markdown:
    """A heading with its address, and the paragraphs below it; empty ones are left out."""
    heading = f'<a id="{name}"></a>\n\n{"#" * level} {escape(title)}'
    return Markdown("\n\n".join([heading, *(escape(part) for part in parts if part)]))


def list_sections(text: str) -> str:
    """The contents of a report: its sections of the first two levels."""
    found = re.findall(r'^<a id="(.*)"></a>\n\n(##|###) (.*)$', text, re.MULTILINE)
    return "\n".join(f"{'  ' * (len(level) - 2)}- [{title}](#{name})" for name, level, title in found)


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
    """`53.62 ± 0.21`."""
    if ours.n == 0:
        return bold("no data")
    return f"{ours.mean:.2f}" + (f" ± {ours.std:.2f}" if ours.n >= 2 else "")


def interval(low: float, high: float) -> str:
    """`53.36 to 53.88`."""
    return "-" if math.isnan(low) else f"{number(low)} to {number(high)}"


def verdict(value: Verdict, reason: str = "") -> str:
    """A claim's verdict; a bad one is bold."""
    text = f"{value}: {reason}" if reason else value
    return bold(text) if value in ("contradicted", "no data") else text
