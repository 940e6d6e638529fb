"""Per-class test accuracy of several runs, with the differences from the first."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from numlp.compare.paired_test import PairedTest
from numlp.display.style import GREY, MARKERS, PALETTE, sheet, styled

ALL, MOST_CLASSES = "all classes", 20  # most classes that a figure and a table have
NOTE = "Right: difference from A in percentage points, with the 95 % interval of a paired bootstrap; hollow: the interval contains 0."


def largest_differences(classes: Mapping[str, Sequence[PairedTest]]) -> dict[str, Sequence[PairedTest]]:
    """The classes in which a run differs most from the first run, in the data set's order."""
    order = sorted(classes, key=lambda name: -max(abs(test.difference) for test in classes[name]))
    return {name: tests for name, tests in classes.items() if name in order[:MOST_CLASSES]}


@styled
def draw_class_accuracies(
    classes: Mapping[str, Sequence[PairedTest]], every: Sequence[PairedTest], labels: Sequence[str], title: str
) -> Figure:
    """Draw the test accuracy of each run, a row per class, and the differences from the first run with their 95 % intervals.

    The tests are those of each further run against the first, by class, and on `every` test image; there are as many runs as colors.
    """
    shown = min(len(labels), len(PALETTE))
    by_gain = sorted(largest_differences(classes).items(), key=lambda item: item[1][0].difference)
    rows = [*by_gain, (ALL, every)]  # the largest gain of B on top
    note = NOTE if shown == len(labels) else f"{NOTE} The first {shown} of {len(labels)} runs."
    if len(classes) > MOST_CLASSES:
        note += f" The {MOST_CLASSES} of {len(classes)} classes with the largest differences."
    figure = sheet("Per-class test accuracy", f"{title}\n{note}", height=0.9 + 0.15 * shown + len(rows) * (0.2 + 0.08 * shown))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1.25, 1])
    for place, (_, tests) in enumerate(rows):
        accuracies = [tests[0].accuracies[0], *(test.accuracies[1] for test in tests)][:shown]
        left.plot([100 * min(accuracies), 100 * max(accuracies)], [place, place], color=GREY, linewidth=1.2, zorder=1)
        for run, accuracy in enumerate(accuracies):
            label = labels[run] if place == 0 else ""
            left.plot([100 * accuracy], [place], MARKERS[run], color=PALETTE[run], markersize=6, label=label)
        for run, test in enumerate(tests[: shown - 1], start=1):
            y = place + 0.7 * ((shown - run) / shown - 0.5)
            right.plot([100 * test.low, 100 * test.high], [y, y], color=PALETTE[run], linewidth=2)
            hollow = "white" if test.low <= 0 <= test.high else PALETTE[run]
            right.plot([100 * test.difference], [y], MARKERS[run], color=PALETTE[run], markerfacecolor=hollow, markersize=5)
    left.set_yticks(range(len(rows)), [name for name, _ in rows])
    left.get_yticklabels()[-1].set_weight("bold")
    left.set(xlabel="test accuracy (%)")
    right.axvline(0, color="black", linewidth=0.8)
    right.set(xlabel="difference from A (percentage points)")
    for axes in (left, right):
        axes.grid(True, axis="x")
        axes.axhspan(len(rows) - 1.5, len(rows) - 0.5, color="#f2f2f2", zorder=0)
        axes.set_ylim(-0.5, len(rows) - 0.5)
    figure.legend(handles=left.get_legend_handles_labels()[0], loc="outside lower center", ncols=1 if shown > 2 else 2, frameon=False)
    return figure
