"""The common parts of all figures: palette, fonts, the heading, and a file that is the same for the same figure."""

import textwrap
from pathlib import Path
from typing import Any

from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from numlp.files import replacing

# Source: Okabe and Ito 2008, "Color universal design".
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"
PALETTE = (BLUE, ORANGE, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C6D31")  # colors of curves; the last is an addition
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")  # one marker per color
WIDTH, DPI = 7.5, 110  # inches and dots an inch: 825 px, so that 9 pt are 10 px high when shown 600 px wide
MARGIN, LINE = 0.1, 0.175  # inches
CHARACTERS = 95  # number of characters of a title that the width holds, at 9.5 points

STYLE: dict[str, Any] = {
    "font.size": 9.5,
    "axes.titlesize": 10,
    "axes.labelsize": 9.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.grid": False,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
}

styled = style.context(["default", STYLE])
"""The decorator of functions that draw: it holds the package's style, whatever the user's matplotlibrc says."""


def sheet(subject: str, title: str, height: float) -> Figure:
    """Make an empty figure of `height` inches under a heading: `subject` in bold, then the lines of `title`, wrapped at the width."""
    lines = [piece for line in title.splitlines() for piece in textwrap.wrap(line, CHARACTERS)]
    total = height + 2 * MARGIN + LINE * (len(lines) + 1.3)
    layout = ConstrainedLayoutEngine(rect=(0, 0, 1, height / total), w_pad=0.06, h_pad=0.06)
    figure = Figure(figsize=(WIDTH, total), dpi=DPI, layout=layout)
    top = 1 - MARGIN / total
    figure.text(MARGIN / WIDTH, top, subject, va="top", weight="bold", size=11, parse_math=False)
    text = "\n".join(lines)
    figure.text(MARGIN / WIDTH, top - 1.3 * LINE / total, text, va="top", color="#333333", linespacing=1.3, parse_math=False)
    return figure


def cut(name: str, longest: int) -> str:
    """A name of at most `longest` characters, of which the last is an ellipsis where it goes on."""
    return name if len(name) <= longest else name[: longest - 1] + "\u2026"


@styled
def save(figure: Figure, path: Path) -> None:
    """Write a PNG, whole or not at all; the same figure gives the same bytes."""
    with replacing(path) as file:
        figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})  # no version, no date
