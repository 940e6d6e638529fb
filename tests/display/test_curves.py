import math
from dataclasses import replace

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from numlp.display.curves import Curve, draw_curves, draw_overlaid_curves
from numlp.errors import UserError
from numlp.training.history import Record

FIRST = Record(0, 0.0, 1e-5, 2.9, 2.4, 0.09, 2.8, 2.4, 0.11)
TITLE = "CIFAR-10, archive 8114b53f... (not the official file)\nhidden [50, 50], He, lambda 0.005, seed 0"


def run(length: int, **changes: float) -> list[Record]:
    """Records an epoch of 450 steps apart; the last one with `changes`."""
    records = [replace(FIRST, step=450 * i, epoch=float(i), train_accuracy=0.1 + 0.02 * i) for i in range(length)]
    return [*records[:-1], replace(records[-1], **changes)]


def panel(records: list[Record], ylabel: str) -> Axes:
    (found,) = [axes for axes in draw_curves(records, TITLE).axes if axes.get_ylabel() == ylabel]
    return found


def lines(axes: Axes) -> dict[str, list[float]]:
    return {str(line.get_label()): list(line.get_ydata()) for line in axes.lines}


def test_four_panels_stand_over_the_update_step_and_under_the_epoch():
    figure = draw_curves(run(5), TITLE)
    assert [axes.get_ylabel() for axes in figure.axes] == ["cost (nats)", "loss (nats)", "accuracy (%)", "eta"]
    assert [axes.get_xlabel() for axes in figure.axes[2:]] == ["update step"] * 2
    (epochs,) = figure.axes[0].child_axes
    assert epochs.get_xlabel() == "epoch"


def test_the_epoch_axis_agrees_with_the_records():
    figure = draw_curves(run(5), TITLE)
    figure.draw_without_rendering()
    steps, (epochs,) = figure.axes[0], figure.axes[0].child_axes
    for epoch in (0, 2, 4):
        assert epochs.transData.transform((epoch, 0))[0] == pytest.approx(steps.transData.transform((450 * epoch, 3))[0])


def test_the_heading_names_the_data_set_and_the_choices():
    text = "\n".join(text.get_text() for text in draw_curves(run(3), TITLE).texts)
    assert TITLE in text


def test_each_panel_draws_what_the_records_say():
    records = run(3, val_cost=1.5)
    cost, accuracy = lines(panel(records, "cost (nats)")), lines(panel(records, "accuracy (%)"))
    assert cost == {"training": [2.9, 2.9, 2.9], "validation": [2.8, 2.8, 1.5]}
    assert accuracy["training"] == pytest.approx([10, 12, 14])
    assert accuracy["chance (10 %)"] == [10, 10]
    assert panel(records, "cost (nats)").get_title() == "Cost (last: train 2.9, val 1.5)"


@pytest.mark.parametrize(("last", "scale"), [(279.0, "linear"), (281.0, "log")])
def test_the_cost_axis_turns_logarithmic_above_two_decades(last: float, scale: str):
    """The lowest cost is 2.8."""
    records = run(4, train_cost=last)
    assert panel(records, "cost (nats)").get_yscale() == scale
    assert panel(records, "loss (nats)").get_yscale() == "linear"


def test_a_cost_of_zero_keeps_the_axis_linear_so_that_the_point_is_seen():
    assert panel(run(4, train_loss=0.0), "loss (nats)").get_yscale() == "linear"


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 1e300])
def test_a_value_that_cannot_be_drawn_is_a_gap_and_a_cross_at_its_step(value: float):
    axes = panel(run(4, train_cost=value), "cost (nats)")
    assert math.isnan(lines(axes)["training"][-1])
    (cross,) = [line for line in axes.lines if line.get_label() == "off the scale (inf, NaN)"]
    assert list(cross.get_xdata()) == [3 * 450]
    assert axes.get_ylim()[1] < 10


def test_crosses_are_explained_in_the_legend_and_only_when_there_are_any():
    def labels(records: list[Record]) -> list[str]:
        return [text.get_text() for text in draw_curves(records, TITLE).legends[0].get_texts()]

    assert labels(run(3)) == ["training", "validation", "chance (10 %)"]
    assert labels(run(3, val_loss=math.nan))[3:] == ["off the scale (inf, NaN)"]


def test_a_run_without_any_finite_cost_is_drawn():
    records = [replace(record, train_cost=math.nan, val_cost=math.inf) for record in run(3)]
    figure = draw_curves(records, TITLE)
    figure.draw_without_rendering()
    assert list(figure.axes[0].get_yticks()) == []


@pytest.mark.parametrize("step", [0, 9000])
def test_a_single_record_shows_as_a_mark_at_its_step(step: int):
    figure = draw_curves([replace(FIRST, step=step, epoch=step / 450)], TITLE)
    figure.draw_without_rendering()
    assert [text.get_text() for text in figure.axes[2].get_xticklabels()] == [f"{step:,}"]
    assert all(line.get_marker() in ("o", "s") for line in figure.axes[0].lines)


def test_noise_about_a_constant_cost_looks_flat():
    low, high = panel(run(5, train_loss=2.4001), "loss (nats)").get_ylim()
    assert high - low == pytest.approx(0.1 * 2.4001)


def test_a_run_at_chance_level_is_not_blown_up():
    records = [replace(record, train_accuracy=0.1, val_accuracy=0.098) for record in run(5)]
    assert panel(records, "accuracy (%)").get_ylim() == (0, 20)


def test_perfect_accuracy_stays_inside_the_panel():
    assert panel(run(5, train_accuracy=1.0), "accuracy (%)").get_ylim()[1] > 100


def test_no_record_is_an_error():
    with pytest.raises(UserError, match="curves: expected one evaluation point or more, got 0"):
        draw_curves([], TITLE)


def history(cost: float, points: int = 3) -> list[Record]:
    return [Record(90 * i, float(i), 0.1, cost + i, 2.0, 0.1 * i, cost + i + 0.5, 2.0, 0.05 * i) for i in range(points)]


def entries(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_each_run_has_a_color_with_a_full_and_a_dashed_line():
    figure = draw_overlaid_curves([Curve("A", [history(1)]), Curve("B", [history(2, points=5)])], TITLE)
    cost, accuracy = figure.axes
    drawn = [(line.get_color(), line.get_linestyle(), len(line.get_xdata())) for line in cost.lines]
    assert drawn == [("#0072B2", "-", 3), ("#0072B2", "--", 3), ("#D55E00", "-", 5), ("#D55E00", "--", 5)]
    assert list(accuracy.lines[0].get_ydata()) == pytest.approx([0, 10, 20])
    assert entries(figure) == ["A", "B", "training", "validation"]
    assert not cost.collections


def test_seeds_are_a_line_at_their_mean_and_a_band_from_lowest_to_highest():
    cost = draw_overlaid_curves([Curve("A, B, C", [history(1), history(2), history(6)]), Curve("D", [history(2)])], TITLE).axes[0]
    assert list(cost.lines[0].get_ydata()) == [3, 4, 5]
    bands = [band.get_paths()[0].vertices for band in cost.collections]
    assert len(bands) == 2  # of training and validation
    last = bands[0][bands[0][:, 0] == 2, 1]
    assert (last.min(), last.max()) == (3, 8)


def test_long_labels_stand_below_each_other_inside_the_figure():
    labels = [f"{letter} (hidden [30, 20, 20, 10, 10, 10, 10, 10], optim momentum, schedule exponential)" for letter in "ABCDEFGH"]
    figure = draw_overlaid_curves([Curve(label, [history(place)]) for place, label in enumerate(labels)], TITLE)
    figure.draw_without_rendering()
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0 and box.x1 <= figure.bbox.x1
