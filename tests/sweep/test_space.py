"""The values that vary: read from Hydra's words, put on a grid, narrowed."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st

from numlp.errors import UserError
from numlp.sweep.space import Choice, Range, grid, read_space


def read(*texts):
    return read_space(OverridesParser.create().parse_overrides(list(texts)))


def test_words_of_hydra_are_choices_steps_and_ranges():
    fixed, space, seeds = read(
        "norm=before", "init=he,xavier", "model.hidden=[50],[50,50]", "train.epochs=range(1,4)",
        "lam=tag(log,interval(1e-5,1e-1))", "moments.alpha=interval(0.5,0.9)", "train.batch_size=int(interval(10,200))", "seed=3,4",
    )  # fmt: skip
    assert fixed == ["norm=before"]
    assert space == {
        "init": Choice(("he", "xavier")),
        "model.hidden": Choice(("[50]", "[50,50]")),
        "train.epochs": Choice(("1", "2", "3"), ordered=True),
        "lam": Range(1e-5, 1e-1, log=True),
        "moments.alpha": Range(0.5, 0.9),
        "train.batch_size": Range(10, 200, integer=True),
    }
    assert seeds == ("3", "4")


def test_the_command_line_comes_after_a_file_and_counts():
    fixed, space, seeds = read("lam=tag(log,interval(1e-5,1e-1))", "seed=0,1", "lam=0.01", "seed=7")
    assert (fixed, space, seeds) == (["lam=0.01", "seed=7"], {}, ())


NOTHING = ["lam=interval(1,1)", "lam=tag(log,interval(0.0,1.0))", "lam=tag(lgo,interval(0.1,1.0))", "lam=1,1", "train.epochs=range(3,1)"]


@pytest.mark.parametrize("text", [*NOTHING, "seed=interval(0,9)", "seed=0,0"])
def test_a_range_that_is_none_is_refused_by_its_key(text):
    with pytest.raises(UserError, match=text.partition("=")[0]):
        read(text)


def test_a_grid_has_every_combination_and_both_ends_of_a_range():
    points = grid({"init": Choice(("he", "xavier")), "lam": Range(1e-4, 1e-2, log=True)}, 3)
    assert [point["init"] for point in points] == ["he"] * 3 + ["xavier"] * 3
    assert [float(point["lam"]) for point in points[:3]] == pytest.approx([1e-4, 1e-3, 1e-2], rel=1e-12)
    assert grid({}, 10) == [{}]
    assert grid({"n": Range(1, 3, integer=True)}, 9) == [{"n": "1"}, {"n": "2"}, {"n": "3"}]  # each once


@given(st.lists(st.floats(1e-5, 1e-1), min_size=1, max_size=4), st.floats(0, 6))
def test_a_narrowed_range_is_within_the_one_before_and_has_the_best(values, margin):
    before = Range(1e-5, 1e-1, log=True)
    after = before.narrow([repr(value) for value in values], margin)
    assert before.low <= after.low <= min(values) * (1 + 1e-12)
    assert max(values) * (1 - 1e-12) <= after.high <= before.high


def test_of_choices_the_best_stay_and_of_steps_their_neighbors_too():
    assert Choice(("a", "b", "c")).narrow(["c", "a", "c"], 0).values == ("a", "c")
    assert Choice(("1", "2", "3", "4", "5"), ordered=True).narrow(["3"], 0).values == ("2", "3", "4")
