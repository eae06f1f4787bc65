"""Where a study's time went: shares that add up to the wall, whatever the clocks say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import steady

from oneaxis.analysis.where_time_went import SHARES, Marks, Span, most_at_once, where_time_went

# Two workers for eight seconds: each ran two trials of three seconds, all written within a quarter of a second.
MARKS = Marks(started=100, planning=101, planned=101.5, launched=102, ended=110, told=110.5)
SPANS = tuple(
    Span(start, start + 3.25, 3.0, {"load": 0.5, "evaluate": 0.25, "other": 9.0})
    for start in (102.5, 102.5, 106.25, 106.25)
)


def test_a_study_whose_time_is_known_is_accounted_for_to_the_second():
    found = where_time_went(SPANS, MARKS)
    assert (found.wall, found.workers, found.trials) == (10.5, 2, 4)
    assert found.shares == pytest.approx(
        {"start": 1.5, "compose": 0.5, "load": 1.0, "train": 4.5, "evaluate": 0.5, "record": 1.0, "wait": 1.5}
    )


def test_trials_of_an_earlier_sitting_are_not_this_ones():
    earlier = Span(10, 60, 50.0, {})
    assert where_time_went((earlier, *SPANS), MARKS) == where_time_went(SPANS, MARKS)


def test_without_marks_the_trials_alone_are_accounted_for():
    found = where_time_went(SPANS)
    assert (found.wall, found.shares["start"], found.shares["compose"]) == (7.0, 0.0, 0.0)
    assert found.shares["wait"] == pytest.approx(0.5)


def test_without_trials_there_is_nothing_to_tell():
    assert where_time_went((), MARKS) is None
    assert where_time_went([Span(1, 2, 1.0, {})], MARKS) is None


moments = st.floats(0, 1000, allow_nan=False)
lengths = st.floats(0, 50, allow_nan=False)
some = st.builds(
    lambda start, length, part, load: Span(start, start + length, length * part, {"load": length * part * load}),
    moments,
    lengths,
    st.floats(0, 1),
    st.floats(0, 1),
)


@steady
@given(st.lists(some, min_size=1, max_size=8))
def test_the_shares_are_never_negative_and_add_up(spans):
    marks = Marks(0, 1, 2, 3, 1100, 1101)
    for found in (where_time_went(spans), where_time_went(spans, marks)):
        assert tuple(found.shares) == SHARES
        assert min(found.shares.values()) >= 0
        assert sum(found.shares.values()) == pytest.approx(found.wall, abs=1e-6)


@pytest.mark.parametrize(
    "intervals, most",
    [([], 1), ([(0, 1)], 1), ([(0, 1), (1, 2)], 1), ([(0, 2), (1, 3), (1.5, 1.6)], 3), ([(0, 9), (1, 2), (3, 4)], 2)],
)
def test_how_many_ran_at_once(intervals, most):
    assert most_at_once(intervals) == most
