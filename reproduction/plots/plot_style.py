"""What the reproduction's figures share: columns as wide as a phone, and SVG that follows the page into the dark."""

import base64
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from numlp.display.style import BLUE, GREY, ORANGE, STYLE
from numlp.files import replacing

P = ParamSpec("P")

DPI = 110
WIDTH = 4.2  # inches: 403 px at 96 dots an inch, so two stand side by side on a screen and one fills a phone
INK, GRID, GREEN, PURPLE = "#1a1a1a", "#dddddd", "#009E73", "#AA4499"
DARK = {INK: "#e8e8e8", GREY: "#a8a8a8", GRID: "#3c3c3c", BLUE: "#5ab4ea", ORANGE: "#f58a4b", GREEN: "#3fcf9f", PURPLE: "#dd88cc"}
FONTS = "'DejaVu Sans',Verdana,Geneva,sans-serif"

THEME: dict[str, Any] = {
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 8,
    "legend.handlelength": 1.8,
    "legend.columnspacing": 1.2,
    "svg.fonttype": "none",
    "svg.hashsalt": "numlp",
}


@dataclass(frozen=True)
class Plot:
    """One image of the report, drawn when it is asked for.

    Attributes:
        name: Of the file, without suffix.
        alt: What it shows, for who cannot see it.
        draw: Makes the figure.
    """

    name: str
    alt: str
    draw: Callable[[], Figure]


@dataclass(frozen=True)
class Plots:
    """Images that stand side by side, and the line below them."""

    plots: tuple[Plot, ...]
    caption: str


def themed(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw in the report's style, whatever the user's matplotlibrc says."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with style.context(["default", STYLE, THEME]):
            return draw(*args, **kwargs)

    return drawn


def column(title: str, subtitle: str, height: float) -> Figure:
    """Make an empty figure of the column's width, `height` inches below its heading of two lines."""
    total = height + 0.45
    layout = ConstrainedLayoutEngine(rect=(0, 0, 1, height / total), w_pad=0.05, h_pad=0.05)
    figure = Figure(figsize=(WIDTH, total), layout=layout)
    figure.text(0.02, 1 - 0.06 / total, title, va="top", weight="bold", size=10, parse_math=False)
    figure.text(0.02, 1 - 0.25 / total, subtitle, va="top", size=8, color=GREY, parse_math=False)
    return figure


def render_svg(figure: Figure) -> str:
    """The figure as SVG with live text and the theme's colours as variables; the same figure gives the same text."""
    buffer = io.StringIO()
    with style.context(["default", STYLE, THEME]):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = _smaller(buffer.getvalue())
    names = {colour.lower(): f"--c{i}" for i, colour in enumerate(DARK)}
    light = "".join(f"{name}:{colour};" for colour, name in names.items())
    dark = "".join(f"{names[colour.lower()]}:{other};" for colour, other in DARK.items())
    text = re.sub("|".join(names), lambda found: f"var({names[found[0].lower()]})", text, flags=re.IGNORECASE)
    rules = f"<style>:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}text{{font-family:{FONTS}}}</style>"
    return re.sub(r"(<svg[^>]*>)", lambda found: found[1] + rules, text, count=1)


def _smaller(text: str) -> str:
    """SVG without prologue, metadata, indents, names of fonts and more digits than a pixel has."""
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<g id=\"(?!figure)[^\"]*\">", "<g>", text)
    text = re.sub(r"<[^>]*>", lambda tag: re.sub(r"(\d+\.\d\d)\d+", r"\1", tag[0]), text)  # a number in a text keeps its digits
    text = re.sub(r"font-family: 'DejaVu Sans'[^;\"]*;?", "", text)  # the rule for text has them
    return re.sub(r"\s*\n\s*", " ", text).replace("> <", "><")


def encode_svg(figure: Figure) -> str:
    """The SVG as an address that holds it."""
    return "data:image/svg+xml;base64," + base64.b64encode(render_svg(figure).encode()).decode()


def save_png(figure: Figure, path: Path) -> None:
    """Write a PNG of at most 128 colours, whole or not at all; the same figure gives the same bytes."""
    from PIL import Image

    buffer = io.BytesIO()
    with style.context(["default", STYLE, THEME]):
        figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    with Image.open(buffer) as image, replacing(path) as file:
        image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(file, format="png", optimize=True)
