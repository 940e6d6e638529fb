"""The rounds of a search: accuracy against each range, the ranges shaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from numlp.display.style import GREY, sheet, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLORS = ("#56B4E9", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")  # Source: Okabe and Ito 2008
HEIGHT = 3.1  # inches of a panel


@dataclass(frozen=True)
class Tried:
    """A trial as a plot shows it.

    Attributes:
        round: From 0.
        values: By key, of those with a range.
        val_accuracy: A fraction, the mean over the seeds,
        deviation: and their standard deviation; NaN of one seed.
    """

    round: int
    values: Mapping[str, float]
    val_accuracy: float
    deviation: float


@dataclass(frozen=True)
class Span:
    """The range of a key in a round."""

    low: float
    high: float
    log: bool


@styled
def draw_rounds(tried: Sequence[Tried], spans: Sequence[Mapping[str, Span]], subject: str, title: str) -> "Figure":
    """Draw a panel a key: validation accuracy in per cent against its value.

    Args:
        tried: Trials that were trained to their end.
        spans: Of each round, the ranges by key.
        subject: What is drawn.
        title: The data set's name and what the search was.
    """
    keys = list(spans[0])
    figure = sheet(subject, title, HEIGHT * len(keys))
    panels = figure.subplots(len(keys), 1, squeeze=False)[:, 0]
    for key, panel in zip(keys, panels, strict=True):
        _panel(panel, key, tried, spans)
    panels[0].legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(spans))
    return figure


def _panel(panel: "Axes", key: str, tried: Sequence[Tried], spans: Sequence[Mapping[str, Span]]) -> None:
    for place, span in enumerate(spans):
        color = COLORS[place % len(COLORS)]
        panel.axvspan(span[key].low, span[key].high, color=color, alpha=0.13, linewidth=0)
        mine = [trial for trial in tried if trial.round == place]
        x, y = [trial.values[key] for trial in mine], [100 * trial.val_accuracy for trial in mine]
        error = [0 if trial.deviation != trial.deviation else 100 * trial.deviation for trial in mine]  # NaN is not itself
        panel.errorbar(x, y, error, fmt="o", ms=5, color=color, lw=1, label=f"round {place + 1}", clip_on=False, zorder=2 + place)
    if spans[0][key].log:
        panel.set_xscale("log")
    if tried:
        best = max(tried, key=lambda trial: trial.val_accuracy)
        panel.axvline(best.values[key], color=GREY, lw=0.8, ls=":")
    panel.set_xlabel(key)
    panel.set_ylabel("validation accuracy (%)")
    panel.grid(visible=True, axis="y")
