"""Schedules against their closed forms."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numlp.errors import UserError
from numlp.optim.schedules import Constant, Cosine, Cyclical, Exponential, OneCycle

RATES = st.tuples(st.floats(1e-8, 10), st.floats(1e-8, 10)).map(sorted)
HALVES = st.integers(1, 5000)
DECAYS = st.floats(0, 1, exclude_min=True)


@given(RATES, HALVES, DECAYS, st.integers(0, 10_000_000))
def test_cyclical_rate_is_smiths_formula_with_a_decayed_highest_rate(rates, half, decay, step):
    low, high = rates
    cycle, x = step // (2 * half), abs(step / half - 2 * math.floor(1 + step / (2 * half)) + 1)
    peak = max(low, high * decay**cycle)
    expected = low + (peak - low) * max(0, 1 - x)
    assert Cyclical(low, high, 1.0, decay).rates(half, 1)(step) == pytest.approx(expected, rel=1e-9, abs=1e-9 * high)


@given(st.floats(1e-8, 10), st.floats(0.5, 1), st.integers(1, 1000), st.integers(0, 50), st.data())
def test_exponential_rate_is_one_power_per_epoch_and_a_constant_one_has_none(eta, decay, epoch, count, data):
    step = count * epoch + data.draw(st.integers(0, epoch - 1))
    assert Exponential(eta, decay).rates(epoch, 1)(step) == pytest.approx(eta * decay**count, rel=1e-12)
    assert Constant(eta).rates(epoch, 1)(step) == eta


def test_cosine_rises_in_the_warm_up_and_ends_at_the_lowest_rate():
    rate = Cosine(0.1, 0.001, 0.4).rates(10, 104)
    assert [rate(step) for step in range(4)] == pytest.approx([0.02, 0.04, 0.06, 0.08])
    assert [rate(4), rate(4 + 99 / 2), rate(103), rate(200)] == pytest.approx([0.1, (0.1 + 0.001) / 2, 0.001, 0.001])
    falling = [rate(step) for step in range(4, 104)]
    assert falling == sorted(falling, reverse=True)


def test_one_cycle_is_pytorchs():
    """OneCycleLR(max_lr=0.1, total_steps=10, pct_start=0.3), torch 2.13."""
    rate = OneCycle(0.1, 0.3).rates(1, 10)
    golden = [0.004, 0.052, 0.1, 0.09504846320134738, 0.0811745653949763, 0.06112620219362893, 0.03887419780637107]
    assert [rate(step) for step in range(10)] == pytest.approx([*golden, 0.0188258346050237, 0.004951936798652629, 4e-7])


@pytest.mark.parametrize(
    ("schedule", "arguments"),
    [
        *((Constant, (eta,)) for eta in (0.0, math.inf, math.nan)),
        *((Exponential, arguments) for arguments in ((-1.0, 0.9), (0.1, 0.0), (0.1, 1.1))),
        *((Cyclical, arguments) for arguments in ((0.0, 0.1), (0.2, 0.1), (0.1, math.inf), (0.1, 0.2, 0), (0.1, 0.2, 10, 1.5))),
        *((OneCycle, (0.1, rise)) for rise in (0.0, 1.0, 0.05)),  # no update to rise, or to fall
        (Cosine, (0.1, 0.001, 10)),  # a warm-up as long as the run
    ],
)
def test_rate_out_of_range_is_refused(schedule, arguments):
    with pytest.raises(UserError, match="schedule"):
        schedule(*arguments).rates(1, 10)
