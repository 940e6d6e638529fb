"""docs/ladder.png: accuracy against the minutes of a run."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ladder.anchors import ANCHORS
from ladder.stats import Step, accuracy
from numlp.display.style import BLUE, GREY, ORANGE, sheet, styled

SHORT = 11  # epochs: runs of fewer stand so close together that a part of the figure enlarges them


@styled
def draw(found: Sequence[Step], subject: str) -> Figure:
    """Every rung, its seeds as dots and its mean as a mark, joined to the rung that it changes; published accuracies as lines."""
    figure = sheet("Test accuracy against the minutes of training", subject, 8.2)
    whole, part = figure.subplots(2, 1, height_ratios=(3, 2))
    short = [step for step in found if step.rows[0].epochs < SHORT]
    _draw_rungs(whole, found, labelled=[step for step in found if step not in short])
    _draw_rungs(part, short, labelled=short)
    for anchor in ANCHORS:
        whole.axhline(anchor.accuracy, color=GREY, lw=0.8, ls=":" if anchor.augmented else "--")
        whole.annotate(
            anchor.label,
            (1, anchor.accuracy),
            (-2, 2),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            color=GREY,
        )
    whole.set(xscale="log", ylabel="test accuracy (%)")
    whole.xaxis.set_major_formatter("{x:g}")
    part.set(xlabel="minutes of training (above: logarithmic)", ylabel="test accuracy (%)")
    whole.indicate_inset_zoom(part, edgecolor=GREY)
    for colour, mark, label in (
        (BLUE, "o", "without augmentation"),
        (ORANGE, "o", "with augmentation"),
        (ORANGE, "^", "with augmentation, and mirror images in evaluation"),
    ):
        whole.scatter([], [], color=colour, marker=mark, label=label)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


def _draw_rungs(axes: Axes, found: Sequence[Step], labelled: Sequence[Step]) -> None:
    """Draw the rungs; the numbers of those `labelled` stand beside their marks."""
    means = {step.rung.experiment: step for step in found if not step.rung.flipped}
    for step in found:
        colour = ORANGE if step.rows[0].augmentation else BLUE
        before = means.get(step.rung.after)
        if before is not None:
            axes.plot([before.minutes, step.minutes], [before.mean, step.mean], color=colour, lw=1, alpha=0.4)
        axes.scatter(
            [row.train_seconds / 60 for row in step.rows], [accuracy(row, step.rung) for row in step.rows], s=8, color=colour, alpha=0.4
        )
        axes.scatter([step.minutes], [step.mean], s=36, color=colour, marker="^" if step.rung.flipped else "o", zorder=3)
        if step in labelled:
            place, side = ((-6, 2), "right") if step.rung.flipped else ((6, 4), "left")
            axes.annotate(str(step.rung.number), (step.minutes, step.mean), place, textcoords="offset points", ha=side, color=colour)
    axes.grid(True, axis="y")
