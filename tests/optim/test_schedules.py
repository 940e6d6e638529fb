"""Schedules against their closed forms."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numlp.errors import UserError
from numlp.optim.schedules import constant, cosine, cyclical, exponential, one_cycle

STEPS = st.integers(0, 10_000_000)
RATES = st.tuples(st.floats(1e-8, 10), st.floats(1e-8, 10)).map(sorted)
HALVES = st.integers(1, 5000)
DECAYS = st.floats(0, 1, exclude_min=True)


@given(RATES, HALVES, DECAYS, STEPS)
def test_a_cyclical_rate_stays_within_its_bounds(rates: list[float], half: int, decay: float, step: int) -> None:
    low, high = rates
    assert low * (1 - 1e-12) <= cyclical(low, high, half, decay)(step) <= high * (1 + 1e-12)


@given(RATES, HALVES, st.integers(0, 100_000), st.integers(0, 20))
def test_a_cyclical_rate_without_decay_repeats_each_cycle(rates: list[float], half: int, step: int, cycles: int) -> None:
    schedule = cyclical(*rates, half)
    assert schedule(step) == schedule(step + 2 * half * cycles)


@given(RATES, HALVES, st.integers(0, 100_000))
def test_a_cyclical_rate_is_smiths_formula(rates: list[float], half: int, step: int) -> None:
    low, high = rates
    cycle = math.floor(1 + step / (2 * half))
    x = abs(step / half - 2 * cycle + 1)
    assert cyclical(low, high, half)(step) == pytest.approx(low + (high - low) * max(0, 1 - x), rel=1e-9, abs=1e-9 * high)


@given(RATES, HALVES, DECAYS, st.integers(0, 20))
def test_each_cycle_begins_at_the_lowest_rate_and_peaks_at_the_decayed_highest(
    rates: list[float], half: int, decay: float, cycle: int
) -> None:
    low, high = rates
    schedule, start = cyclical(low, high, half, decay), 2 * half * cycle
    assert schedule(start) == low
    assert schedule(start + half) == pytest.approx(max(low, high * decay**cycle), rel=1e-12)


@given(st.integers(2, 5000), st.data())
def test_a_cyclical_rate_climbs_and_falls_by_equal_steps(half: int, data: st.DataObject) -> None:
    step = data.draw(st.integers(0, half - 1))
    schedule, slope = cyclical(0.001, 0.1, half), 0.099 / half
    assert schedule(step + 1) - schedule(step) == pytest.approx(slope, rel=1e-6)
    assert schedule(half + step + 1) - schedule(half + step) == pytest.approx(-slope, rel=1e-6)
    assert schedule(half + step) == pytest.approx(schedule(half - step), rel=1e-9)


def test_the_reports_cycle() -> None:
    schedule = cyclical(1e-5, 1e-1, 2250)
    assert [schedule(step) for step in (0, 1125, 2250, 3375, 4500, 6750, 9000)] == pytest.approx(
        [1e-5, 0.050005, 1e-1, 0.050005, 1e-5, 1e-1, 1e-5]
    )


@given(st.floats(1e-8, 10), st.floats(0.5, 1), st.integers(1, 1000), st.integers(0, 50), st.data())
def test_an_exponential_rate_is_one_power_an_epoch(eta: float, decay: float, epoch: int, count: int, data: st.DataObject) -> None:
    step = count * epoch + data.draw(st.integers(0, epoch - 1))
    assert exponential(eta, decay, epoch)(step) == pytest.approx(eta * decay**count, rel=1e-12)


@given(st.floats(1e-8, 10), STEPS)
def test_a_constant_rate_is_constant(eta: float, step: int) -> None:
    assert constant(eta)(step) == eta


@pytest.mark.parametrize(
    "make",
    [
        lambda: constant(0.0),
        lambda: constant(math.inf),
        lambda: constant(math.nan),
        lambda: exponential(-1.0, 0.9, 10),
        lambda: exponential(0.1, 0.0, 10),
        lambda: exponential(0.1, 1.1, 10),
        lambda: cyclical(0.0, 0.1, 10),
        lambda: cyclical(0.2, 0.1, 10),
        lambda: cyclical(0.1, math.inf, 10),
        lambda: cyclical(0.1, 0.2, 0),
        lambda: cyclical(0.1, 0.2, 10, decay=0.0),
        lambda: cyclical(0.1, 0.2, 10, decay=1.5),
    ],
)
def test_a_rate_that_makes_no_sense_is_refused(make: object) -> None:
    with pytest.raises(UserError, match=r"^schedule.*: expected .*, got "):
        make()


def test_cosine_rises_in_the_warm_up_and_ends_at_the_lowest_rate() -> None:
    rate = cosine(0.1, 0.001, 4, 104)
    assert [rate(step) for step in range(4)] == pytest.approx([0.02, 0.04, 0.06, 0.08])
    assert rate(4) == pytest.approx(0.1)
    assert rate(103) == pytest.approx(0.001)
    falling = [rate(step) for step in range(4, 104)]
    assert falling == sorted(falling, reverse=True)
    assert rate(4 + 99 / 2) == pytest.approx((0.1 + 0.001) / 2)
    assert rate(200) == pytest.approx(0.001)


def test_a_warm_up_as_long_as_the_run_is_refused() -> None:
    with pytest.raises(UserError, match=r"schedule.warmup_epochs: expected a warm-up shorter than the run's 10 updates, got 10"):
        cosine(0.1, 0.001, 10, 10)


def test_one_cycle_is_pytorchs() -> None:
    """OneCycleLR(max_lr=0.1, total_steps=10, pct_start=0.3), torch 2.13."""
    rate = one_cycle(0.1, 0.3, 25, 250_000, 10)
    golden = [0.004, 0.052, 0.1, 0.09504846320134738, 0.0811745653949763, 0.06112620219362893, 0.03887419780637107]
    assert [rate(step) for step in range(10)] == pytest.approx([*golden, 0.0188258346050237, 0.004951936798652629, 4e-7])


@pytest.mark.parametrize("rise", [0.0, 1.0, 0.05])
def test_one_cycle_needs_updates_to_rise_and_to_fall(rise: float) -> None:
    with pytest.raises(UserError, match=r"schedule.rise: expected .*, got [01]"):
        one_cycle(0.1, rise, 25, 1e5, 10)
