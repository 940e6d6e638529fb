"""Curves of a training, and of several runs."""

import math
from dataclasses import replace

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from numlp.display.curves import draw_curves, draw_overlaid_curves
from numlp.training.history import Record

FIRST = Record(0, 0.0, 1e-5, 2.9, 2.4, 0.09, 2.8, 2.4, 0.11)
TITLE = "CIFAR-10, archive 8114b53f... (not the official file)\nhidden [50, 50], He, lambda 0.005, seed 0"
CROSS = "off the scale (inf, NaN)"


def run(length: int, **changes: float) -> list[Record]:
    """Records an epoch of 450 steps apart; the last one with `changes`."""
    records = [replace(FIRST, step=450 * i, epoch=float(i), train_accuracy=0.1 + 0.02 * i) for i in range(length)]
    return [*records[:-1], replace(records[-1], **changes)]


def draw(records: list[Record], classes: int = 10) -> Figure:
    figure = draw_curves(records, TITLE, classes)
    figure.draw_without_rendering()
    return figure


def panels(records: list[Record], classes: int = 10) -> dict[str, Axes]:
    return {axes.get_ylabel(): axes for axes in draw(records, classes).axes}


def lines(axes: Axes) -> dict[str, list[float]]:
    return {str(line.get_label()): list(line.get_ydata()) for line in axes.lines}


def entries(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_four_panels_stand_over_the_update_step_and_under_the_epoch():
    figure = draw(run(5))
    assert [axes.get_ylabel() for axes in figure.axes] == ["cost (nats)", "loss (nats)", "accuracy (%)", "eta"]
    assert [axes.get_xlabel() for axes in figure.axes[2:]] == ["update step"] * 2
    steps, (epochs,) = figure.axes[0], figure.axes[0].child_axes
    assert epochs.get_xlabel() == "epoch"
    for epoch in (0, 2, 4):
        assert epochs.transData.transform((epoch, 0))[0] == pytest.approx(steps.transData.transform((450 * epoch, 3))[0])
    assert TITLE in "\n".join(text.get_text() for text in figure.texts)


@pytest.mark.parametrize(("classes", "chance"), [(10, 10), (100, 1)])
def test_each_panel_draws_the_records(classes: int, chance: int):
    drawn = panels(run(3, val_cost=1.5), classes)
    cost, accuracy = lines(drawn["cost (nats)"]), lines(drawn["accuracy (%)"])
    assert cost == {"training": [2.9, 2.9, 2.9], "validation": [2.8, 2.8, 1.5]}
    assert accuracy["training"] == pytest.approx([10, 12, 14])
    assert accuracy[f"chance ({chance} %)"] == [chance, chance]


@pytest.mark.parametrize(
    ("changes", "scale"), [({"train_cost": 279.0}, "linear"), ({"train_cost": 281.0}, "log"), ({"val_cost": 0}, "linear")]
)
def test_cost_axis_turns_logarithmic_above_two_decades(changes: dict[str, float], scale: str):
    """The lowest cost is 2.8."""
    drawn = panels(run(4, **changes))
    assert (drawn["cost (nats)"].get_yscale(), drawn["loss (nats)"].get_yscale()) == (scale, "linear")


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 1e300])
def test_value_that_cannot_be_drawn_is_a_gap_and_a_cross_at_its_step(value: float):
    figure = draw(run(4, train_cost=value))
    axes = figure.axes[0]
    assert math.isnan(lines(axes)["training"][-1])
    assert [list(line.get_xdata()) for line in axes.lines if line.get_label() == CROSS] == [[3 * 450]]
    assert axes.get_ylim()[1] < 10
    assert entries(figure)[3:] == [CROSS]


def test_noise_is_not_blown_up_and_perfect_accuracy_stays_inside():
    low, high = panels(run(5, train_loss=2.4001))["loss (nats)"].get_ylim()
    assert high - low == pytest.approx(0.1 * 2.4001)
    low, high = panels(run(5, train_accuracy=1.0))["accuracy (%)"].get_ylim()
    assert low == 0 and high > 100
    draw([replace(FIRST, train_cost=math.nan, val_cost=math.inf)])  # a run without any finite cost


def history(cost: float, points: int = 3) -> list[Record]:
    return [Record(90 * i, float(i), 0.1, cost + i, 2.0, 0.1 * i, cost + i + 0.5, 2.0, 0.05 * i) for i in range(points)]


def test_each_run_has_a_color_with_a_full_and_a_dashed_line():
    figure = draw_overlaid_curves({"A": [history(1)], "B": [history(2, points=5)]}, TITLE, 10)
    cost, accuracy = figure.axes
    drawn = [(line.get_color(), line.get_linestyle(), len(line.get_xdata())) for line in cost.lines]
    assert drawn == [("#0072B2", "-", 3), ("#0072B2", "--", 3), ("#D55E00", "-", 5), ("#D55E00", "--", 5)]
    assert list(accuracy.lines[0].get_ydata()) == pytest.approx([0, 10, 20])
    assert entries(figure) == ["A", "B", "training", "validation"]
    assert not cost.collections


def test_seeds_are_a_line_at_their_mean_and_a_band_from_lowest_to_highest():
    cost = draw_overlaid_curves({"A, B, C": [history(1), history(2), history(6)], "D": [history(2)]}, TITLE, 10).axes[0]
    assert list(cost.lines[0].get_ydata()) == [3, 4, 5]
    bands = [band.get_paths()[0].vertices for band in cost.collections]
    assert len(bands) == 2  # of training and validation
    last = bands[0][bands[0][:, 0] == 2, 1]
    assert (last.min(), last.max()) == (3, 8)


def test_long_labels_stand_below_each_other_inside_the_figure():
    labels = [f"{letter} (hidden [30, 20, 20, 10, 10, 10, 10, 10], optim momentum, schedule exponential)" for letter in "ABCDEFGH"]
    figure = draw_overlaid_curves({label: [history(place)] for place, label in enumerate(labels)}, TITLE, 10)
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0 and box.x1 <= figure.bbox.x1
