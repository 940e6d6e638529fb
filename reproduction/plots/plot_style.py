"""The common style of the reproduction's figures: columns as wide as a phone."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from numlp.display.style import GREY, STYLE
from numlp.files import replacing

P = ParamSpec("P")

DPI = 110
WIDTH = 4.2  # inches: 403 px at 96 dots an inch, so two stand side by side on a screen and one fills a phone
INK, GRID, GREEN, PURPLE = "#1a1a1a", "#dddddd", "#009E73", "#AA4499"

THEME: list[str | dict[str, Any] | Path] = ["default", STYLE, Path(__file__).with_name("report.mplstyle")]


@dataclass(frozen=True)
class Plot:
    """One image of the report: its file's name without suffix, the text for who cannot see it, and how it is drawn."""

    name: str
    alt: str
    draw: Callable[[], Figure]


@dataclass(frozen=True)
class Plots:
    """Images that stand side by side, and the line below them."""

    plots: tuple[Plot, ...]
    caption: str = ""


def themed(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw in the report's style, whatever the user's matplotlibrc says."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with style.context(THEME):
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


def save_png(figure: Figure, path: Path) -> None:
    """Write a PNG of at most 128 colors, whole or not at all; the same figure gives the same bytes."""
    from PIL import Image

    buffer = io.BytesIO()
    with style.context(THEME):
        figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    with Image.open(buffer) as image, replacing(path) as file:
        image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(file, format="png", optimize=True)
