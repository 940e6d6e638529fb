"""docs/ladder.png: accuracy against the minutes of a run."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from ladder.anchors import ANCHORS
from ladder.stats import Step, accuracy
from numlp.display.style import BLUE, GREY, ORANGE, sheet, styled


@styled
def draw(found: Sequence[Step], subject: str) -> Figure:
    """Every rung, its seeds as dots and its mean as a mark, joined to the rung that it changes; published accuracies as lines."""
    figure = sheet("Test accuracy against the minutes of training", subject, 5.2)
    axes = figure.add_subplot()
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
        axes.annotate(str(step.rung.number), (step.minutes, step.mean), (6, 5), textcoords="offset points", color=colour)
    for anchor in ANCHORS:
        axes.axhline(anchor.accuracy, color=GREY, lw=0.8, ls=":" if anchor.augmented else "--")
        axes.annotate(
            anchor.label,
            (1, anchor.accuracy),
            (-2, 2),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            ha="right",
            color=GREY,
        )
    axes.set(xscale="log", xlabel="minutes of training (logarithmic)", ylabel="test accuracy (%)")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(True, axis="y")
    axes.scatter([], [], color=BLUE, label="without augmentation")
    axes.scatter([], [], color=ORANGE, label="with augmentation")
    axes.scatter([], [], color=ORANGE, marker="^", label="with augmentation, and mirror images in evaluation")
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure
