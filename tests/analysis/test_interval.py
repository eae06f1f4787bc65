"""Intervals against an independent library, and what must hold of any numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW
from tests.strategies import few, steady

from oneaxis.analysis.interval import holm, p_value, ratio_interval, t_interval, welch_interval, without_spread
from oneaxis.analysis.more_seeds import detectable, more_seeds, power, seeds_for_power

values = st.lists(st.floats(-100, 100).map(lambda value: round(value, 3)), min_size=3, max_size=12)
confidences = st.sampled_from([0.8, 0.95, 0.99, 0.9975])


def spread_out(numbers):
    return max(numbers) - min(numbers) > 0.01


@steady
@given(values, confidences)
def test_a_paired_interval_is_that_of_statsmodels(numbers, confidence):
    assume(spread_out(numbers))
    found, theirs = t_interval(numbers, confidence), DescrStatsW(numbers)

    assert (found.low, found.high) == pytest.approx(theirs.tconfint_mean(1 - confidence), abs=1e-9)
    assert p_value(found) == pytest.approx(theirs.ttest_mean(0)[1], abs=1e-9)


@steady
@given(values, values, confidences)
def test_welchs_interval_is_that_of_statsmodels(one, other, confidence):
    assume(spread_out(one) and spread_out(other))
    found = welch_interval(one, other, confidence)
    theirs = CompareMeans(DescrStatsW(one), DescrStatsW(other)).tconfint_diff(1 - confidence, usevar="unequal")

    assert (found.low, found.high) == pytest.approx(theirs, abs=1e-9)


@steady
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holms_p_values_are_those_of_statsmodels(p_values):
    assert list(holm(p_values)) == pytest.approx(list(multipletests(p_values, method="holm")[1]))


@few
@given(st.floats(0.1, 2.5), st.integers(3, 20), st.sampled_from([0.05, 0.05 / 8]))
def test_power_is_that_of_statsmodels(effect, n, alpha):
    theirs = TTestPower().power(effect, n, alpha / 2, alternative="larger")
    assert power(effect, n, alpha) == pytest.approx(theirs, abs=1e-6)


@steady
@given(values, st.floats(0.01, 100))
def test_an_interval_moves_and_scales_with_its_numbers_and_turns_with_their_sign(numbers, factor):
    assume(spread_out(numbers))
    found = t_interval(numbers, 0.95)
    scaled = t_interval([factor * number + 1 for number in numbers], 0.95)
    turned = t_interval([-number for number in numbers], 0.95)

    assert scaled.low == pytest.approx(factor * found.low + 1, abs=1e-6)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


@steady
@given(values)
def test_more_confidence_and_more_overlap_are_wider(numbers):
    assume(spread_out(numbers))
    widths = [
        found.high - found.low
        for found in (
            t_interval(numbers, 0.9),
            t_interval(numbers, 0.95),
            t_interval(numbers, 0.95, overlap=0.25),
            t_interval(numbers, 0.95, overlap=0.5),
        )
    ]
    assert widths == sorted(widths)


@pytest.mark.parametrize(
    "n, k, effect",  # by scipy.stats.nct
    [(3, 1, 3.26), (3, 20, 14.65), (5, 5, 2.63), (5, 8, 2.98), (10, 1, 1.00), (10, 8, 1.43), (20, 20, 0.98)],
)  # fmt: skip
def test_the_effects_that_can_be_found(n, k, effect):
    assert detectable(n, 0.05 / k) == pytest.approx(effect, abs=0.006)


@few
@given(st.floats(0.2, 3), st.integers(1, 20))
def test_the_fewest_seeds_are_enough_and_one_less_is_not(effect, k):
    n = seeds_for_power(effect, 0.05 / k)

    assert power(effect, n, 0.05 / k) >= 0.8 - 1e-9
    assert n == 3 or power(effect, n - 1, 0.05 / k) < 0.8


@few
@given(st.floats(0.05, 3), st.integers(3, 10), st.sampled_from([None, 0.5, 2.0]))
def test_more_seeds_are_a_range_and_a_margin_never_needs_more(mean, n, margin):
    found, with_margin = more_seeds(n, mean, 1.0, 0.01), more_seeds(n, mean, 1.0, 0.01, margin=margin)
    for each in (found, with_margin):
        assert each is None or 1 <= each[0] <= each[1]
    if found is not None:
        assert with_margin[0] <= found[0]


def test_where_splits_overlap_no_number_of_seeds_may_be_enough():
    assert more_seeds(5, 0.1, 1.0, 0.01, overlap=0.25) is None
    assert seeds_for_power(0.3, 0.01) < seeds_for_power(0.3, 0.01, overlap=0.001)


@pytest.mark.parametrize(
    "differences, values, same",
    [
        ([0.97 - 0.96, 0.96 - 0.95, 0.02 - 0.01], [0.97, 0.96, 0.95, 0.02, 0.01], True),  # differ in the last bits
        ([0.01, 0.01, 0.011], [0.5], False),
        ([0.0, 0.0, 0.0], [0.0], True),
        ([1e-9, 2e-9, 3e-9], [1e-8], False),
    ],
)
def test_equal_differences_are_seen_through_rounding(differences, values, same):
    assert without_spread(differences, values) is same


def test_a_ratio_is_taken_pair_by_pair():
    found = ratio_interval([2.0, 4.0, 8.0], [1.0, 2.0, 4.0], 0.95)
    assert (found.mean, found.low, found.high) == pytest.approx((2, 2, 2))
    assert ratio_interval([1.0], [2.0], 0.95).mean == pytest.approx(0.5)
    assert ratio_interval([0.0], [2.0], 0.95) is None
    assert math.isfinite(ratio_interval([1e-9, 1e9], [1.0, 1.0], 0.9999).high)
